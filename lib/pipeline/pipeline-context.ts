/** What a step of a pipeline is at. @publicApi */
export const StepStatus = {
  PENDING: 'pending',
  RUNNING: 'running',
  COMPLETED: 'completed',
  FAILED: 'failed',
  SKIPPED: 'skipped',
} as const;
/** @publicApi */
export type StepStatus = (typeof StepStatus)[keyof typeof StepStatus];

/** What became of one step. @publicApi */
export interface StepExecutionResult {
  readonly stepName: string;
  readonly status: StepStatus;
  readonly result?: unknown;
  readonly error?: unknown;
  /** Why it was not run. */
  readonly skipReason?: string;
}

/** A context as plain data: what a durable pipeline answers, and may be started with. @publicApi */
export interface PipelineSnapshot {
  readonly input?: unknown;
  readonly results: Readonly<Record<string, unknown>>;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly steps: Readonly<Record<string, Omit<StepExecutionResult, 'stepName' | 'result' | 'error'>>>;
  /** Seconds. */
  readonly duration: number;
}

/** What a context is made of; all of it may be left out. @publicApi */
export interface PipelineContextOptions {
  /** What the pipeline works on. */
  readonly input?: unknown;
  /** Names the run in a checkpoint store: the same id goes on where a failed run stopped. @default a new one per run */
  readonly runId?: string;
}

/** What a forked context has been told. @internal */
export interface PipelineWrites {
  readonly results?: Readonly<Record<string, unknown>>;
  readonly metadata?: Readonly<Record<string, unknown>>;
}

type StepState = Omit<StepExecutionResult, 'stepName' | 'result'>;

const COMPLETED: StepState = Object.freeze({ status: StepStatus.COMPLETED });
const RUNNING: StepState = Object.freeze({ status: StepStatus.RUNNING });

/**
 * Goes through a pipeline and gathers what its steps answer. The result of a step inside another is known by its path, `parent/child`.
 *
 * @publicApi
 */
export class PipelineContext<Results extends object = Record<string, unknown>> {
  readonly input: unknown;
  /** Names the run in a checkpoint store. */
  runId: string | undefined;
  private readonly results = new Map<string, unknown>();
  private readonly metadata = new Map<string, unknown>();
  private readonly states = new Map<string, StepState>();
  private base: PipelineContext | undefined;
  private clock: (() => number) | undefined;
  private startedAt = 0;
  private durationMs = 0;

  constructor(options: PipelineContextOptions = {}) {
    this.input = options.input;
    this.runId = options.runId;
  }

  /** The result of a step, or the default when it has none. */
  getStepResult<K extends keyof Results & string>(stepName: K): Results[K];
  getStepResult<T = unknown>(stepName: string, fallback?: T): T;
  getStepResult(stepName: string, fallback?: unknown): unknown {
    if (this.results.has(stepName)) return this.results.get(stepName);
    return this.base === undefined ? fallback : this.base.getStepResult(stepName, fallback);
  }

  setStepResult(stepName: string, result: unknown): void {
    this.results.set(stepName, result);
  }

  addMetadata(key: string, value: unknown): void {
    this.metadata.set(key, value);
  }

  getMetadata<T = unknown>(key: string, fallback?: T): T {
    if (this.metadata.has(key)) return this.metadata.get(key) as T;
    return this.base === undefined ? (fallback as T) : this.base.getMetadata(key, fallback);
  }

  /** How long the pipeline has been running, or ran, in seconds. */
  get duration(): number {
    if (this.base !== undefined) return this.base.duration;
    return (this.clock === undefined ? this.durationMs : this.clock() - this.startedAt) / 1_000;
  }

  get failedSteps(): StepExecutionResult[] {
    return this.stepsThatAre(StepStatus.FAILED);
  }

  get successfulSteps(): StepExecutionResult[] {
    return this.stepsThatAre(StepStatus.COMPLETED);
  }

  get skippedSteps(): StepExecutionResult[] {
    return this.stepsThatAre(StepStatus.SKIPPED);
  }

  hasFailed(): boolean {
    return this.failedSteps.length > 0;
  }

  /** What a step is at: `pending` until it begins. */
  getStepStatus(stepName: string): StepStatus {
    return this.states.get(stepName)?.status ?? this.base?.getStepStatus(stepName) ?? StepStatus.PENDING;
  }

  toJSON(): PipelineSnapshot {
    const steps = [...this.states].map(([name, { status, skipReason }]) => [
      name,
      { status, ...(skipReason !== undefined && { skipReason }) },
    ]);
    return {
      ...(this.input !== undefined && { input: this.input }),
      results: defined(this.results),
      metadata: defined(this.metadata),
      steps: Object.fromEntries(steps) as PipelineSnapshot['steps'],
      duration: this.duration,
    };
  }

  /** A context from its plain data. */
  static from<R extends object = Record<string, unknown>>(snapshot: PipelineSnapshot): PipelineContext<R> {
    const context = new PipelineContext<R>({ input: snapshot.input });
    context.apply(snapshot);
    for (const [name, state] of Object.entries(snapshot.steps)) context.states.set(name, state);
    context.durationMs = snapshot.duration * 1_000;
    return context;
  }

  /** @internal */
  begin(clock: () => number): void {
    this.clock = clock;
    this.startedAt = clock();
    this.states.clear();
  }

  /** @internal */
  end(): void {
    this.durationMs = this.duration * 1_000;
    this.clock = undefined;
  }

  /** @internal */
  markRunning(stepName: string): void {
    this.states.set(stepName, RUNNING);
  }

  /** @internal */
  markCompleted(stepName: string, result: unknown): void {
    this.results.set(stepName, result);
    this.states.set(stepName, COMPLETED);
  }

  /** @internal */
  markFailed(stepName: string, error: unknown): void {
    this.states.set(stepName, { status: StepStatus.FAILED, error });
  }

  /** @internal */
  markSkipped(stepName: string, skipReason: string): void {
    this.states.set(stepName, { status: StepStatus.SKIPPED, skipReason });
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

  /** What was told to this context itself. @internal */
  writes(): PipelineWrites {
    return {
      ...(this.results.size > 0 && { results: defined(this.results) }),
      ...(this.metadata.size > 0 && { metadata: defined(this.metadata) }),
    };
  }

  /** @internal */
  apply({ results, metadata }: PipelineWrites): void {
    for (const [name, result] of Object.entries(results ?? {})) this.results.set(name, result);
    for (const [key, value] of Object.entries(metadata ?? {})) this.metadata.set(key, value);
  }

  private stepsThatAre(status: StepStatus): StepExecutionResult[] {
    return [...this.states]
      .filter(([, state]) => state.status === status)
      .map(([stepName, state]) => ({
        stepName,
        ...state,
        ...(status === StepStatus.COMPLETED && { result: this.results.get(stepName) }),
      }));
  }
}

function defined(map: ReadonlyMap<string, unknown>): Record<string, unknown> {
  return Object.fromEntries([...map].filter(([, value]) => value !== undefined));
}
