import { GraphExecutionError } from './errors/graph-execution.error.js';
import { GraphConfig } from './graph-config.js';
import type { GraphForkOptions } from './graph-service-options.js';
import type { GraphReader } from './graph.reader.js';
import type { ReadRun } from './graph.history.js';
import type { InstanceRecord } from '../core/records/index.js';
import { carried, startWith } from './stored-run.js';
import { valuesOf, WorkflowState } from './workflow-state.js';

/** What the fork of a run is started with. @throws GraphExecutionError where there is nothing to go on from @internal */
export async function forkOf(
  reader: GraphReader,
  record: InstanceRecord,
  { before, state, config: given }: GraphForkOptions,
): Promise<unknown> {
  const values = valuesOf(state, 'fork');
  const config = given == null ? undefined : GraphConfig.of(given);
  const read = await reader.read(record, { before, config });
  refuseNowhere(record.id, before, read);
  const changed = new WorkflowState('', { initial: read.standing });
  changed.merge(values);
  return startWith({
    ...(await reader.startOf(record)),
    ...(config && { config: config.toJSON() }),
    from: carried(changed.asDict()),
  });
}

function refuseNowhere(workflowId: string, before: string | undefined, { hasStopped, isDone }: ReadRun): void {
  if (before !== undefined && !hasStopped)
    throw new GraphExecutionError(
      `The run "${workflowId}" never made the visit "${before}". Take one that its history names.`,
    );
  if (before === undefined && isDone)
    throw new GraphExecutionError(
      `The run "${workflowId}" has ended, and there is nothing to go on with. Name a visit of its history as "before".`,
    );
}
