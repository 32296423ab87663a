import type { EngineServices } from '../core/execution/index.js';
import type { InstanceRecord } from '../core/records/index.js';
import type { GraphListener } from './graph-stream.js';
import type { ReadRun } from './graph.history.js';
import { looks } from './standstill.js';

/** How a run stands, by its journal. @internal */
export interface RunReader {
  read(): Promise<Pick<ReadRun, 'result' | 'visits'> & Pick<InstanceRecord, 'generation'>>;
}

/** Tells of a durable run from its first visit on, whichever process runs it, until it has ended. @internal */
export async function watchRun(
  services: Pick<EngineServices, 'store' | 'clock' | 'bus'>,
  workflowId: string,
  reader: RunReader,
  listener: GraphListener,
  signal: AbortSignal,
): Promise<void> {
  let told = 0;
  let shown: number | undefined;
  let asked: string | undefined;
  for await (const standing of looks(services, workflowId, signal)) {
    const { result, visits, generation } = await reader.read();
    // A restart begins from nothing.
    if (generation !== shown) told = 0;
    shown = generation;
    for (const visit of visits.slice(told)) {
      await listener.room();
      listener.tell({ type: 'visit_ended', ...visit });
    }
    told = visits.length;
    const { wait, status, terminatedAt } = result;
    if (standing === 'waits' && wait !== undefined && wait.checkpointId !== asked) {
      asked = wait.checkpointId;
      listener.tell({ type: 'paused', ...wait });
    }
    if (standing !== 'ended') continue;
    listener.tell({ type: 'ended', status: status === 'completed' ? 'completed' : 'failed', terminatedAt });
  }
}
