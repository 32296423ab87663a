import type { JournalEntryView } from '../client/index.js';
import { ownError } from '../core/errors/index.js';
import { HOOK } from '../core/execution/index.js';
import { isDelivered } from '../core/records/index.js';
import { DependencyRun, NodeEnd } from '../core/scheduling/index.js';
import type { PipelineContext, PipelineWrites } from './pipeline-context.js';
import type { PipelinePlan } from './pipeline-plan.js';
import type { StepParts, StepPlan } from './step-plan.js';
import { ancestorsOf, callOf } from './recorded-steps.js';
import { DEPENDENCY_FAILED, StepStatus, type StepStates } from './step-states.js';

interface Recorded extends PipelineWrites {
  readonly value?: unknown;
}

const ENDS: Partial<Record<StepStatus, NodeEnd>> = {
  completed: NodeEnd.Completed,
  skipped: NodeEnd.Skipped,
  failed: NodeEnd.Failed,
};

/** What a durable run has done so far, read from its journal. @internal */
export function readJournalContext(
  plan: PipelinePlan,
  context: PipelineContext,
  entries: readonly JournalEntryView[],
): PipelineContext {
  const clock = { at: entries[0]?.recordedAt.getTime() ?? 0, now: at };
  const states = context.begin(plan.layout, clock);
  for (const { kind, status, value } of entries)
    if (kind === 'step' && status === 'completed') context.apply({ ...(value as Recorded | undefined) });
  const reader = new JournalReader(context, states, entries);
  // What depends on a failed step is skipped by the rules of the run itself.
  const onSkip = (node: number): void => states.skip((plan.steps[node] as StepPlan).slot, DEPENDENCY_FAILED);
  const run = new DependencyRun(plan.graph, { onSkip });
  for (let node = run.take(); node >= 0; node = run.take()) {
    const end = ENDS[reader.read(plan.steps[node] as StepPlan)];
    if (end !== undefined) run.settle(node, end);
  }
  overwrite(context, states, entries);
  clock.at = entries.at(-1)?.recordedAt.getTime() ?? 0;
  context.end();
  return context;
}

/** Puts what steps have said of steps before them in the place of what those answered. */
function overwrite(context: PipelineContext, states: StepStates, entries: readonly JournalEntryView[]): void {
  const endedAt = new Map<string, number>();
  for (const { name, kind, position } of entries) {
    const { path, asked } = callOf(name, String);
    if (isDelivered(kind) && asked !== 'cleanup')
      for (const each of [path, ...ancestorsOf(path)]) endedAt.set(each, position);
  }
  for (const { kind, status, value, position } of entries) {
    if (kind !== 'step' || status !== 'completed') continue;
    for (const [step, result] of Object.entries((value as Recorded | undefined)?.results ?? {}))
      if (states.has(step) && position > (endedAt.get(step) ?? 0)) context.setStepResult(step, result);
  }
}

class JournalReader {
  private readonly byName: ReadonlyMap<string, JournalEntryView>;

  constructor(
    private readonly context: PipelineContext,
    private readonly states: StepStates,
    entries: readonly JournalEntryView[],
  ) {
    this.byName = new Map(entries.map((entry) => [entry.name, entry]));
  }

  /** Sets what a step is at, and answers it. */
  read(plan: StepPlan): StepStatus {
    const { path, slot, parts } = plan;
    if (this.valueOf(`${HOOK}${path}:shouldSkip`)) {
      this.states.skip(slot, 'its condition says so');
      return StepStatus.SKIPPED;
    }
    const recovery = this.byName.get(`${HOOK}${path}:onError`);
    const status = parts === undefined ? this.readBody(plan) : this.readParts(plan, parts);
    if (status !== StepStatus.FAILED || recovery === undefined) return status;
    if (recovery.status === 'completed') return this.complete(plan, (recovery.value as Recorded | undefined)?.value);
    return this.fail(plan, recovery);
  }

  private readBody(plan: StepPlan): StepStatus {
    const entry = this.byName.get(plan.path);
    if (entry === undefined) return StepStatus.PENDING;
    if (entry.status === 'completed') return this.complete(plan, (entry.value as Recorded | undefined)?.value);
    if (entry.status !== 'running') return this.fail(plan, entry);
    this.states.run(plan.slot);
    return StepStatus.RUNNING;
  }

  private readParts(plan: StepPlan, parts: StepParts): StepStatus {
    if (parts.kind === 'child') return this.readChild(plan);
    if (parts.kind === 'parallel') return this.readTogether(plan, parts.plans);
    const condition = this.byName.get(`${HOOK}${plan.path}:condition`);
    if (condition === undefined) return StepStatus.PENDING;
    if (condition.status !== 'completed') return this.fail(plan, condition);
    const chosen = (condition.value as Recorded | undefined)?.value ? parts.whenTrue : parts.whenFalse;
    return this.readTogether(plan, chosen === undefined ? [] : [chosen], ([result = null]) => result);
  }

  private readTogether(
    plan: StepPlan,
    inside: readonly StepPlan[],
    toResult: (results: readonly unknown[]) => unknown = (results) => results,
  ): StepStatus {
    const statuses = inside.map((each) => this.read(each));
    const failed = inside[statuses.indexOf(StepStatus.FAILED)];
    if (failed !== undefined) {
      this.states.fail(plan.slot, this.states.errorAt(failed.slot));
      return StepStatus.FAILED;
    }
    if (statuses.every((status) => status === StepStatus.COMPLETED || status === StepStatus.SKIPPED))
      return this.complete(plan, toResult(inside.map(({ path }) => this.context.getStepResult(path, null) ?? null)));
    if (statuses.every((status) => status === StepStatus.PENDING)) return StepStatus.PENDING;
    this.states.run(plan.slot);
    return StepStatus.RUNNING;
  }

  private readChild(plan: StepPlan): StepStatus {
    const result = this.byName.get(`$result:${plan.path}`);
    if (result?.status === 'completed') return this.complete(plan, result.value);
    if (result !== undefined && result.status !== 'running') return this.fail(plan, result);
    if (!this.byName.has(plan.path)) return StepStatus.PENDING;
    this.states.run(plan.slot);
    return StepStatus.RUNNING;
  }

  private valueOf(name: string): unknown {
    return (this.byName.get(name)?.value as Recorded | undefined)?.value;
  }

  private complete({ slot }: StepPlan, value: unknown): StepStatus {
    this.states.complete(slot, value);
    return StepStatus.COMPLETED;
  }

  private fail({ slot }: StepPlan, { name, error }: JournalEntryView): StepStatus {
    const called = name.startsWith(HOOK) ? name.slice(HOOK.length) : name;
    this.states.fail(slot, ownError(called, error));
    return StepStatus.FAILED;
  }
}

function at(this: { readonly at: number }): number {
  return this.at;
}
