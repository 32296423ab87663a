import type { EngineServices } from '../core/execution/index.js';
import { isTerminal, type InstanceRecord } from '../core/records/index.js';
import type { GraphListener } from './graph-stream.js';
import type { GraphVisit } from './graph-visit.js';
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
  let told: readonly GraphVisit[] = [];
  let shown: number | undefined;
  let asked: string | undefined;
  let isOver = false;
  while (!isOver) {
    for await (const standing of looks(services, workflowId, signal)) {
      const { result, visits, generation } = await reader.read();
      // A restart begins from nothing.
      const known = generation === shown ? knownOf(visits, told) : 0;
      shown = generation;
      for (const visit of visits.slice(known)) {
        await listener.room();
        listener.tell({ type: 'visit_ended', ...visit });
      }
      told = visits;
      const { wait, status, terminatedAt } = result;
      if (standing === 'waits' && wait !== undefined && wait.checkpointId !== asked) {
        asked = wait.checkpointId;
        listener.tell({ type: 'paused', ...wait });
      }
      // What had ended when it was looked at may be under way again since.
      isOver = standing === 'ended' && isTerminal(status);
      if (isOver && isTerminal(status)) listener.tell({ type: 'ended', status, terminatedAt });
    }
  }
}

/** How many of the visits were told of already: one that failed and is made again since is another one. */
function knownOf(visits: readonly GraphVisit[], told: readonly GraphVisit[]): number {
  const isKnown = ({ visit, error }: GraphVisit, at: number): boolean =>
    told[at]?.visit === visit && told[at].error === error;
  const firstNew = visits.findIndex((each, at) => !isKnown(each, at));
  return firstNew === -1 ? visits.length : firstNew;
}
