import { knownOptions, refuseUnknownOptions } from '../core/options/index.js';
import type { StepLayout } from './step-layout.js';
import { StepStates, StepStatus, type StepExecutionResult, type StoredStepState } from './step-states.js';

/** A context as plain data: what a durable pipeline answers, and may be started with. @publicApi */
export interface PipelineSnapshot<Results extends object = Record<string, unknown>> {
  readonly input?: unknown;
  readonly results: Readonly<Results>;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly steps: Readonly<Record<string, StoredStepState>>;
  /** Seconds. */
  readonly duration: number;
}

/** What a context is made of; all of it may be left out. @publicApi */
export interface PipelineContextOptions<Input = unknown> {
  /** What the pipeline works on. */
  readonly input?: Input;
  /** Names the run in a checkpoint store: the same id goes on where a failed run stopped. @default a new one per run */
  readonly runId?: string;
}

const OPTIONS = knownOptions<PipelineContextOptions>({ input: true, runId: true });

/** The context of a pipeline that says what it takes: `price({ input }: PipelineContextOf<Order>)`. @publicApi */
export type PipelineContextOf<Input> = PipelineContext<Record<string, unknown>, Input>;

/** What a forked context has been told. @internal */
export interface PipelineWrites {
  readonly results?: Readonly<Record<string, unknown>>;
  readonly metadata?: Readonly<Record<string, unknown>>;
}

/** The names that a type gives; where it gives none, the caller says what a result is. */
type NameOf<Results> = string extends keyof Results ? never : keyof Results & string;

/** When a pipeline runs, or how long it ran. */
interface Timing {
  /** Present while it runs. */
  clock: { now(): number } | undefined;
  startedAt: number;
  durationMs: number;
}

/**
 * Goes through a pipeline and gathers what its steps answer. The result of a step inside another is known by its path, `parent/child`.
 *
 * @publicApi
 */
export class PipelineContext<Results extends object = Record<string, unknown>, Input = unknown> {
  readonly input: Input;
  /** Names the run in a checkpoint store. */
  runId: string | undefined;
  // Results of steps that completed are in their states; whatever else was set is beside them, by name.
  private states: StepStates | undefined;
  private others: Map<string, unknown> | undefined;
  private metadata: Map<string, unknown> | undefined;
  private base: PipelineContext | undefined;
  private timing: Timing | undefined;

  /** @throws WorkflowOptionsError for an option that there is not */
  constructor(options?: PipelineContextOptions<Input>) {
    refuseUnknownOptions(options, OPTIONS, 'PipelineContext');
    this.input = options?.input as Input;
    this.runId = options?.runId;
    this.states = undefined;
    this.others = undefined;
    this.metadata = undefined;
    this.base = undefined;
    this.timing = undefined;
  }

  /** The result of a step, or the default when it has none. */
  getStepResult<K extends NameOf<Results>>(stepName: K): Results[K];
  getStepResult<T = unknown>(stepName: string, fallback?: T): T;
  getStepResult(stepName: string, fallback?: unknown): unknown {
    const { states, others } = this;
    if (states !== undefined && states.has(stepName)) return states.resultOf(stepName);
    if (others !== undefined && others.has(stepName)) return others.get(stepName);
    return this.base === undefined ? fallback : this.base.getStepResult(stepName, fallback);
  }

  setStepResult(stepName: string, result: unknown): void {
    if (this.states?.has(stepName) === true) this.states.replace(stepName, result);
    else (this.others ??= new Map()).set(stepName, result);
  }

  addMetadata(key: string, value: unknown): void {
    (this.metadata ??= new Map()).set(key, value);
  }

  getMetadata<T = unknown>(key: string, fallback?: T): T {
    if (this.metadata?.has(key) === true) return this.metadata.get(key) as T;
    return this.base === undefined ? (fallback as T) : this.base.getMetadata(key, fallback);
  }

  /** How long the pipeline has been running, or ran, in seconds. */
  get duration(): number {
    if (this.base !== undefined) return this.base.duration;
    const { timing } = this;
    if (timing === undefined) return 0;
    return (timing.clock === undefined ? timing.durationMs : timing.clock.now() - timing.startedAt) / 1_000;
  }

  /** The steps of the pipeline that failed, in the order in which it goes through them; see {@link stepsInside} for what they are made of. */
  get failedSteps(): StepExecutionResult[] {
    return this.stepsThatAre(StepStatus.FAILED);
  }

  get successfulSteps(): StepExecutionResult[] {
    return this.stepsThatAre(StepStatus.COMPLETED);
  }

  get skippedSteps(): StepExecutionResult[] {
    return this.stepsThatAre(StepStatus.SKIPPED);
  }

  /** What became of the steps inside a conditional or a parallel step, at any depth, by their paths. */
  stepsInside(stepName: string): StepExecutionResult[] {
    return this.origin.states?.insideOf(stepName) ?? [];
  }

  /** Whether a step of the pipeline failed; one inside a step that made good for it does not count. */
  hasFailed(): boolean {
    return this.origin.states?.hasFailed() ?? false;
  }

  /** What a step is at: `pending` until it begins. */
  getStepStatus(stepName: string): StepStatus {
    return this.origin.states?.statusOf(stepName) ?? StepStatus.PENDING;
  }

  toJSON(): PipelineSnapshot {
    return {
      ...(this.input !== undefined && { input: this.input }),
      results: defined(this.resultsByName()),
      metadata: defined(this.metadata ?? []),
      steps: this.states?.toJSON() ?? {},
      duration: this.duration,
    };
  }

  /** A context from its plain data. */
  static from<R extends object = Record<string, unknown>>(snapshot: PipelineSnapshot<R>): PipelineContext<R> {
    const context = new PipelineContext<R>({ input: snapshot.input });
    const { results, metadata, steps, duration } = snapshot;
    const byName = results as Readonly<Record<string, unknown>>;
    context.states = StepStates.from(steps, byName);
    context.apply({ results: byName, metadata });
    context.timing = { clock: undefined, startedAt: 0, durationMs: duration * 1_000 };
    return context;
  }

  /** By what a check has made of it. @internal */
  replaceInput(input: unknown): void {
    (this as { input: unknown }).input = input;
  }

  /** Makes room for the steps of a run, and forgets what became of an earlier one; its results stay. @internal */
  begin(layout: StepLayout, clock: { now(): number }): StepStates {
    if (this.states !== undefined) this.others = new Map(this.resultsByName());
    this.timing = { clock, startedAt: clock.now(), durationMs: 0 };
    return (this.states = new StepStates(layout));
  }

  /** @internal */
  end(): void {
    const { timing } = this;
    if (timing?.clock === undefined) return;
    timing.durationMs = timing.clock.now() - timing.startedAt;
    timing.clock = undefined;
  }

  /** A context that reads through to this one and keeps what it is told to itself. @internal */
  fork(): PipelineContext<Results> {
    const fork = new PipelineContext<Results>({
      input: this.input,
      ...(this.runId !== undefined && { runId: this.runId }),
    });
    fork.base = this as PipelineContext;
    return fork;
  }

  /** What was told to this fork. @internal */
  writes(): PipelineWrites {
    const { metadata } = this;
    const results = [...this.resultsByName()];
    return {
      ...(results.length > 0 && { results: defined(results) }),
      ...(metadata !== undefined && { metadata: defined(metadata) }),
    };
  }

  /** @internal */
  apply({ results, metadata }: PipelineWrites): void {
    for (const [name, result] of Object.entries(results ?? {})) this.setStepResult(name, result);
    for (const [key, value] of Object.entries(metadata ?? {})) this.addMetadata(key, value);
  }

  /** The context that the run itself writes to. */
  private get origin(): PipelineContext {
    return this.base === undefined ? (this as PipelineContext) : this.base.origin;
  }

  private stepsThatAre(status: StepStatus): StepExecutionResult[] {
    return this.origin.states?.withStatus(status) ?? [];
  }

  private *resultsByName(): Iterable<[string, unknown]> {
    yield* this.states?.results() ?? [];
    for (const entry of this.others ?? []) if (this.states?.has(entry[0]) !== true) yield entry;
  }
}

function defined(entries: Iterable<[string, unknown]>): Record<string, unknown> {
  return Object.fromEntries([...entries].filter(([, value]) => value !== undefined));
}
