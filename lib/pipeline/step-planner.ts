import type { CompensationContext, StepOptions } from '../core/definition/index.js';
import { WorkflowDefinitionError, WorkflowOptionsError } from '../core/errors/index.js';
import { DependencyGraph } from '../core/scheduling/index.js';
import { parseSeconds } from '../core/time/index.js';
import type { StepLayout } from './step-layout.js';
import type { StepParts, StepPlan } from './step-plan.js';
import type { PipelineStep, StepStructure } from './steps/pipeline-step.js';

const UNLIMITED = Number.POSITIVE_INFINITY;
const NOTHING_SHARED: ReadonlySet<string> = new Set();

/** Where a step stands. */
interface Surroundings {
  readonly parent: string;
  /** What a step is made of begins together, so that a limit of the whole is a limit of each. */
  readonly limitMs: number;
  /** Paths that may be taken once more: of two branches only one runs. */
  readonly shared: ReadonlySet<string>;
}

const OUTSIDE: Surroundings = { parent: '', limitMs: UNLIMITED, shared: NOTHING_SHARED };

/** Gives the steps of one pipeline their places and names, and refuses those that would meet in the journal. @internal */
export class StepPlanner implements StepLayout {
  readonly paths: string[] = [];
  readonly slots = new Map<string, number>();
  readonly inside = new Set<number>();
  /** The names of other calls that a step makes: whether to skip it, how to recover. */
  private readonly calls = new Set<string>();

  /** @param place For messages: `pipeline "orders"`. */
  constructor(private readonly place: string) {}

  /** @throws WorkflowDefinitionError, WorkflowOptionsError naming the step */
  plan(step: PipelineStep, around = OUTSIDE): StepPlan {
    if (typeof step?.name !== 'string' || step.name === '') {
      throw new WorkflowDefinitionError(
        `A step of ${this.place} has no name. Give each step a name that is not empty.`,
      );
    }
    if (typeof step.uses !== 'function' || typeof step.execute !== 'function') {
      throw new WorkflowDefinitionError(
        `"${step.name}" of ${this.place} is no step. Make one by step(name, fn), or extend PipelineStep with a method execute.`,
      );
    }
    const { parent, shared } = around;
    const path = parent === '' ? step.name : `${parent}/${step.name}`;
    const slot = this.takePlace(path, shared);
    if (parent !== '') this.inside.add(slot);
    const limitMs = Math.min(around.limitMs, timeoutMs(step, path));
    const { structure } = step;
    const parts = structure && this.planParts(step, structure, { parent: path, limitMs, shared });
    const options = parts === undefined ? optionsOf(step, limitMs) : undefined;
    const [asksToSkip, recovers, cleansUp] = [step.uses('shouldSkip'), step.uses('onError'), step.uses('cleanup')];
    if (asksToSkip) this.takeCall(`${path}:shouldSkip`, shared);
    if (recovers) this.takeCall(`${path}:onError`, shared);
    if (cleansUp) this.takeCall(`${path}:cleanup`, shared);
    const hasMore = asksToSkip || recovers || cleansUp || step.resilience !== undefined;
    const isBare = !hasMore && parts === undefined && options === undefined;
    return { step, path, slot, options, asksToSkip, recovers, cleansUp, parts, isBare };
  }

  private planParts(step: PipelineStep, structure: StepStructure, inside: Surroundings): StepParts {
    const { parent: path, limitMs, shared } = inside;
    if (structure.kind === 'child') {
      const { workflow, input } = structure;
      if (typeof input === 'function') this.takeCall(`${path}:input`, shared);
      return { kind: 'child', workflow, input, options: optionsOf(step, limitMs) ?? {} };
    }
    if (structure.kind === 'conditional') {
      const { condition, whenTrue, whenFalse } = structure;
      this.takeCall(`${path}:condition`, shared);
      const options = limitMs === UNLIMITED ? undefined : { timeout: limitMs };
      const before = this.paths.length;
      const first = this.plan(whenTrue, inside);
      const either = new Set([...shared, ...this.paths.slice(before)]);
      const second = whenFalse && this.plan(whenFalse, { ...inside, shared: either });
      return { kind: 'conditional', condition, options, whenTrue: first, whenFalse: second };
    }
    // Its steps all begin together: only their names are checked here, not what they depend on.
    requireIndependent(structure.steps, `parallel step "${path}"`);
    const graph = new DependencyGraph(
      structure.steps.map((each) => ({ name: each?.name })),
      `parallel step "${path}"`,
    );
    const plans = structure.steps.map((each) => this.plan(each, inside));
    return { kind: 'parallel', plans, graph, failFast: structure.failFast };
  }

  private takePlace(path: string, shared: ReadonlySet<string>): number {
    const taken = this.slots.get(path);
    if (taken !== undefined && shared.has(path)) return taken;
    if (taken !== undefined || this.calls.has(path)) throw this.meeting(path);
    const slot = this.paths.push(path) - 1;
    this.slots.set(path, slot);
    return slot;
  }

  private takeCall(name: string, shared: ReadonlySet<string>): void {
    if (shared.has(name.slice(0, name.lastIndexOf(':')))) return;
    if (this.slots.has(name) || this.calls.has(name)) throw this.meeting(name);
    this.calls.add(name);
  }

  private meeting(path: string): WorkflowDefinitionError {
    return new WorkflowDefinitionError(
      `Two steps of ${this.place} are known as "${path}". Give one of them another name.`,
    );
  }
}

/** @throws WorkflowDefinitionError when one waits for another: it would not be waited for. */
function requireIndependent(steps: readonly PipelineStep[], place: string): void {
  const given: unknown = steps;
  if (!Array.isArray(given))
    throw new WorkflowDefinitionError(`The steps of ${place} are no list. Give a list of steps.`);
  const names = new Set(steps.map((step) => step?.name));
  for (const { name, dependencies } of steps.filter((step) => step != null)) {
    const sibling = dependencies?.find((dependency: string) => names.has(dependency));
    if (sibling !== undefined)
      throw new WorkflowDefinitionError(
        `Step "${name}" of ${place} depends on "${sibling}", and both begin together there. Take "${sibling}" out of it, and let the parallel step depend on it.`,
      );
  }
}

function optionsOf(step: PipelineStep, limitMs: number): StepOptions | undefined {
  const { retry, compensate } = step;
  const isLimited = limitMs !== UNLIMITED;
  if (!isLimited && retry === undefined && compensate === undefined) return undefined;
  return {
    ...(isLimited && { timeout: limitMs }),
    ...(retry !== undefined && { retry }),
    ...(compensate !== undefined && {
      compensate: compensate as unknown as (result: unknown, context: CompensationContext) => unknown,
    }),
  };
}

/** Documented in seconds where it is a number. */
function timeoutMs({ timeout }: PipelineStep, path: string): number {
  if (timeout == null) return UNLIMITED;
  const option = `timeout of step "${path}"`;
  const limitMs = parseSeconds(timeout, option);
  if (limitMs > 0) return limitMs;
  throw new WorkflowOptionsError({
    option,
    value: timeout,
    expected: 'longer than nothing; leave it out for no limit',
  });
}
