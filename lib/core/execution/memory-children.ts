import { AbortScope } from '../cancellation/index.js';
import type { ChildHandle, ExecuteChildOptions, WorkflowDefinition, WorkflowReference } from '../definition/index.js';
import { ChildWorkflowFailedError, WorkflowCancelledError } from '../errors/index.js';
import { callback, refuseUnknownOptions } from '../options/index.js';
import { resolveRetry } from '../policies/index.js';
import type { ParentClosePolicy } from '../records/index.js';
import { parseDuration } from '../time/index.js';
import { CHILD } from './child-plan.js';
import type { MemoryRun } from './memory-run.js';
import { UNDO } from './step-call.js';

/** Runs a definition in memory below another run. @internal */
export type RunBelow = (
  parent: MemoryRun,
  definition: WorkflowDefinition,
  input: unknown,
  below: { readonly id: string; readonly scope: AbortScope; readonly timeoutMs?: number | undefined },
) => Promise<unknown>;

interface OpenChild {
  readonly scope: AbortScope;
  readonly close: ParentClosePolicy;
  readonly outcome: Promise<unknown>;
}

/** The children of a run in memory: found in the registry, run here. @internal */
export class MemoryChildren {
  private readonly counts = new Map<string, number>();
  private readonly open = new Set<OpenChild>();

  constructor(
    private readonly run: MemoryRun,
    private readonly runBelow: RunBelow,
  ) {}

  /** @throws WorkflowDefinitionError when nothing is registered for the reference; ContextUsageError for a name used twice. */
  start(workflow: WorkflowReference, input: unknown, options: ExecuteChildOptions): ChildHandle {
    refuseUnknownOptions(options, CHILD, 'startChild');
    const { run } = this;
    if (run.isCancellable) run.scope.throwIfAborted();
    const definition = this.resolve(workflow, options.version);
    const count = this.counts.get(definition.name) ?? 0;
    if (options.name === undefined) this.counts.set(definition.name, count + 1);
    const name = options.name ?? `${definition.name}#${count}`;
    run.take('startChild', name);
    const id = options.id ?? `${run.id}/${name}`;
    const close = options.parentClose ?? 'cancel';
    const scope = close === 'abandon' ? new AbortScope() : run.scope.child();
    const outcome = this.follow(name, definition, input, { id, scope }, options);
    const child: OpenChild = { scope, close, outcome };
    this.open.add(child);
    const leave = (): void => {
      this.open.delete(child);
      scope.dispose();
    };
    outcome.then(leave, leave);
    return { kind: 'child', id, workflow: definition.name, version: definition.version, result: () => outcome };
  }

  /** Ends those that do not outlive the run, and waits for them. */
  async close(): Promise<void> {
    const closing = [...this.open].filter(({ close }) => close !== 'abandon');
    for (const { scope } of closing)
      scope.abort(new WorkflowCancelledError({ reason: `its parent "${this.run.id}" has ended` }));
    await Promise.allSettled(closing.map(({ outcome }) => outcome));
  }

  private async follow(
    name: string,
    definition: WorkflowDefinition,
    input: unknown,
    below: { readonly id: string; readonly scope: AbortScope },
    options: ExecuteChildOptions,
  ): Promise<unknown> {
    const place = `child "${name}"`;
    const policy = resolveRetry(options.compensateRetry, this.run.defaults.policy, place, 'compensateRetry');
    const compensate = callback(options.compensate, `compensate of ${place}`, UNDO);
    const timeoutMs = options.timeout === undefined ? undefined : parseDuration(options.timeout, `timeout of ${place}`);
    try {
      const result = await this.runBelow(this.run, definition, input, { ...below, timeoutMs });
      if (compensate !== undefined) this.run.undos.add({ name, result, compensate, policy });
      return result;
    } catch (cause) {
      throw new ChildWorkflowFailedError({ childId: below.id, workflowName: definition.name, cause });
    }
  }

  /** A definition stands for itself here, also when nobody registered it. */
  private resolve(workflow: WorkflowReference, version: number | undefined): WorkflowDefinition {
    if (typeof workflow === 'object' && 'model' in workflow && version === undefined)
      return workflow as WorkflowDefinition;
    return this.run.services.registry.resolve(workflow, version);
  }
}
