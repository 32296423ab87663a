import { closeSignal, type CloseRequest, type ParentClosePolicy, type SignalSeed } from '../records/index.js';
import { ChildCall } from './child-call.js';
import type { ExecutionHost } from './execution-host.js';

/** A child that was started and whose outcome is not recorded. @internal */
export interface OpenChild {
  readonly name: string;
  readonly childId: string;
  readonly workflowName: string;
  readonly policy: ParentClosePolicy;
}

/** Children without a recorded outcome, in the order of their start. @internal */
export function openChildren(host: ExecutionHost): OpenChild[] {
  const open: OpenChild[] = [];
  for (const call of host.calls.all()) {
    if (!(call instanceof ChildCall)) continue;
    const started = host.journal.get(call.name);
    if (started?.status !== 'completed' || isClosed(host, call)) continue;
    const { childId, workflowName, parentClose } = call.plan;
    open.push({ name: call.name, childId, workflowName, policy: parentClose });
  }
  return open.filter((child) => child.policy !== 'abandon');
}

/** What a parent's end asks of its open children. @internal */
export function closeSignals(host: ExecutionHost, request: CloseRequest): SignalSeed[] {
  const { id, generation, fence } = host.record;
  return openChildren(host).flatMap((child) => {
    const signal = closeSignal({ id, generation, fence }, child.childId, child.policy, request);
    return signal === undefined ? [] : [signal];
  });
}

/** Whether the code was told how it ended: by its `result()`, or by a wait for whatever came first. */
function isClosed({ journal }: ExecutionHost, { name, plan }: ChildCall): boolean {
  if (journal.has(`$result:${name}`) || journal.has(`$closed:${name}`)) return true;
  return journal.all().some(({ kind, data }) => kind === 'arrival' && data?.childId === plan.childId);
}
