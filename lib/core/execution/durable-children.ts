import type { ChildHandle, ExecuteChildOptions, WorkflowReference } from '../definition/index.js';
import { refuseUnknownOptions } from '../options/index.js';
import { resolveRetry, type RetryPolicy } from '../policies/index.js';
import { assertName, encodeName } from '../records/index.js';
import { ChildCall, type ChildPlan } from './child-call.js';
import { CHILD, planChild } from './child-plan.js';
import type { ContextHost } from './execution-host.js';
import { WaitCall, type WaitFor } from './wait-call.js';

/** The children of a run with a journal: found in the registry, started as instances of their own. @internal */
export class DurableChildren {
  private readonly counts = new Map<string, number>();

  /** @param undoPolicy How undos are tried that say nothing themselves. */
  constructor(
    private readonly execution: ContextHost,
    private readonly undoPolicy: RetryPolicy,
  ) {}

  start(workflow: WorkflowReference, input: unknown, options: ExecuteChildOptions): ChildCall {
    refuseUnknownOptions(options, CHILD, 'startChild');
    const { execution } = this;
    const definition = execution.services.registry.resolve(workflow, options.version);
    const count = this.counts.get(definition.name) ?? 0;
    if (options.name === undefined) this.counts.set(definition.name, count + 1);
    if (options.name !== undefined) assertName(options.name, 'startChild, name');
    const name = options.name === undefined ? `${definition.name}#${count}` : encodeName(options.name);
    const retry = resolveRetry(options.compensateRetry, this.undoPolicy, `child "${name}"`, 'compensateRetry');
    const plan = planChild(execution, definition, name, input, options, retry);
    const call = new ChildCall(name, execution.delivered, plan, (started) => this.handleOf(name, started));
    void execution.ask(call);
    return call;
  }

  private handleOf(name: string, plan: ChildPlan): ChildHandle {
    const { execution } = this;
    let result: Promise<unknown> | undefined;
    const condition: WaitFor = { kind: 'child', key: 'child', childId: plan.childId, workflowName: plan.workflowName };
    const wait = (): Promise<unknown> =>
      execution.ask(new WaitCall(`$result:${name}`, execution.delivered, [condition], (_winner, value) => value));
    return {
      kind: 'child',
      id: plan.childId,
      workflow: plan.workflowName,
      version: plan.version,
      result: () => (result ??= wait()),
    };
  }
}
