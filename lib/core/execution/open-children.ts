import { CLOSE_CANCEL_SIGNAL, CLOSE_TERMINATE_SIGNAL, type ParentClosePolicy, type SignalSeed } from '../records/index.js';
import { ChildCall } from './child-call.js';
import type { Execution } from './execution.js';

/** A child that was started and whose outcome is not recorded. @internal */
export interface OpenChild {
  readonly name: string;
  readonly childId: string;
  readonly workflowName: string;
  readonly policy: ParentClosePolicy;
}

/** Children without a recorded outcome, in the order of their start. @internal */
export function openChildren(host: Execution): OpenChild[] {
  const open: OpenChild[] = [];
  for (const call of host.calls.values()) {
    if (!(call instanceof ChildCall)) continue;
    const started = host.journal.get(call.name);
    if (started === undefined || isClosed(host, call)) continue;
    const { childId, workflowName, parentClose } = call.plan;
    open.push({ name: call.name, childId, workflowName, policy: parentClose });
  }
  return open.filter((child) => child.policy !== 'abandon');
}

/** What a parent's end asks of its open children: sent once, whatever happens to the sender. @internal */
export function closeSignals(host: Execution): SignalSeed[] {
  return openChildren(host).map((child) => ({
    id: `${host.record.id}:${host.record.generation}:close:${child.childId}`,
    workflowId: child.childId,
    name: child.policy === 'terminate' ? CLOSE_TERMINATE_SIGNAL : CLOSE_CANCEL_SIGNAL,
  }));
}

function isClosed(host: Execution, call: ChildCall): boolean {
  return host.journal.has(`$result:${call.name}`) || host.journal.has(`$closed:${call.name}`);
}
