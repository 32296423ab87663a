import { WorkflowCancelledError } from '../errors/index.js';
import { childOutcomeSignal, type ChildOutcome, type SignalSeed } from '../records/index.js';
import type { ExecutionHost } from './execution-host.js';
import { closeSignals, openChildren } from './open-children.js';

/** What an ending tells others: its parent how it ended, and children that are open to end as well. @internal */
export function farewell(host: ExecutionHost, outcome: ChildOutcome): SignalSeed[] | Promise<SignalSeed[]> {
  const { id, generation, fence, parent } = host.record;
  const told = parent === undefined ? [] : [childOutcomeSignal({ id, generation, fence }, parent, outcome)];
  return host.calls.hasChildren ? closings(host).then((requests) => [...requests, ...told]) : told;
}

/** Asks open children to end. @internal */
export async function closings(host: ExecutionHost): Promise<SignalSeed[]> {
  if (openChildren(host).length === 0) return [];
  const reason = `its parent "${host.record.id}" has ended`;
  const error = await host.services.payloads.encodeError(new WorkflowCancelledError({ reason }), {
    workflowId: host.record.id,
    place: 'close',
  });
  return closeSignals(host, { reason, error });
}
