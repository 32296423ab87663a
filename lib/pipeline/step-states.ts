import type { StepLayout } from './step-layout.js';

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

/** Why a step never ran. @internal */
export const DEPENDENCY_FAILED = 'a step it depends on failed';

/** A state as plain data. @publicApi */
export interface StoredStepState extends Omit<StepExecutionResult, 'stepName' | 'result' | 'error'> {
  /** Of a step that stands inside another. */
  readonly isInside?: true;
}
type Note = Pick<StepExecutionResult, 'error' | 'skipReason'>;

/** In the place of a result, as long as there is none. */
class Unfinished {
  constructor(readonly status: StepStatus) {}
}

const PENDING = new Unfinished(StepStatus.PENDING);
const RUNNING = new Unfinished(StepStatus.RUNNING);
const FAILED = new Unfinished(StepStatus.FAILED);
const SKIPPED = new Unfinished(StepStatus.SKIPPED);

/** What the steps of one run are at, by their places; a completed one is its result. Small, because many may run at one time. @internal */
export class StepStates {
  private readonly cells: unknown[];
  /** Why a step failed or was skipped. */
  private notes: Map<number, Note> | undefined;

  constructor(private readonly layout: StepLayout) {
    this.cells = new Array<unknown>(layout.paths.length).fill(PENDING);
    this.notes = undefined;
  }

  /** From plain data, with the results beside it. */
  static from(
    stored: Readonly<Record<string, StoredStepState>>,
    results: Readonly<Record<string, unknown>>,
  ): StepStates {
    const paths = Object.keys(stored);
    const inside = new Set<number>();
    const states = new StepStates({ paths, slots: new Map(paths.map((path, slot) => [path, slot])), inside });
    for (const [slot, { status, skipReason, isInside }] of Object.values(stored).entries()) {
      if (isInside === true) inside.add(slot);
      if (status === StepStatus.COMPLETED) states.complete(slot, results[paths[slot] as string]);
      else if (status === StepStatus.SKIPPED) states.skip(slot, skipReason ?? '');
      else if (status === StepStatus.FAILED) states.fail(slot, undefined);
      else states.run(slot);
    }
    return states;
  }

  run(slot: number): void {
    this.cells[slot] = RUNNING;
  }

  complete(slot: number, result: unknown): void {
    this.cells[slot] = result;
  }

  fail(slot: number, error: unknown): void {
    this.cells[slot] = FAILED;
    this.note(slot, { ...(error !== undefined && { error }) });
  }

  skip(slot: number, skipReason: string): void {
    this.cells[slot] = SKIPPED;
    this.note(slot, { skipReason });
  }

  has(path: string): boolean {
    const slot = this.layout.slots.get(path);
    return slot !== undefined && !(this.cells[slot] instanceof Unfinished);
  }

  /** The result of a completed step. */
  resultOf(path: string): unknown {
    return this.cells[this.layout.slots.get(path) as number];
  }

  /** Puts another result in the place of that of a completed step. */
  replace(path: string, result: unknown): void {
    this.cells[this.layout.slots.get(path) as number] = result;
  }

  statusOf(path: string): StepStatus | undefined {
    const slot = this.layout.slots.get(path);
    return slot === undefined ? undefined : this.statusAt(slot);
  }

  /** What a step failed with. */
  errorAt(slot: number): unknown {
    return this.notes?.get(slot)?.error;
  }

  /** Of the steps of the pipeline itself: a step around one that failed may have made good for it. */
  hasFailed(): boolean {
    return this.cells.includes(FAILED) && this.withStatus(StepStatus.FAILED).length > 0;
  }

  /** The steps of the pipeline itself, without those inside them. */
  withStatus(status: StepStatus): StepExecutionResult[] {
    const { paths, inside } = this.layout;
    const found: StepExecutionResult[] = [];
    for (let slot = 0; slot < paths.length; slot++)
      if (this.statusAt(slot) === status && !inside.has(slot)) found.push(this.resultAt(slot));
    return found;
  }

  /** Those inside another step, however deep, that have begun or were skipped. */
  insideOf(path: string): StepExecutionResult[] {
    const { paths, inside } = this.layout;
    const begun = [...inside].filter((slot) => this.statusAt(slot) !== StepStatus.PENDING);
    return begun.filter((slot) => paths[slot]?.startsWith(`${path}/`)).map((slot) => this.resultAt(slot));
  }

  *results(): Iterable<[string, unknown]> {
    for (const [slot, path] of this.layout.paths.entries())
      if (!(this.cells[slot] instanceof Unfinished)) yield [path, this.cells[slot]];
  }

  /** Steps that never began are left out. */
  toJSON(): Record<string, StoredStepState> {
    const stored: [string, StoredStepState][] = [];
    for (const [slot, path] of this.layout.paths.entries()) {
      const status = this.statusAt(slot);
      if (status === StepStatus.PENDING) continue;
      const skipReason = this.notes?.get(slot)?.skipReason;
      const isInside = this.layout.inside.has(slot);
      stored.push([path, { status, ...(skipReason !== undefined && { skipReason }), ...(isInside && { isInside }) }]);
    }
    return Object.fromEntries(stored);
  }

  private statusAt(slot: number): StepStatus {
    const cell = this.cells[slot];
    return cell instanceof Unfinished ? cell.status : StepStatus.COMPLETED;
  }

  private resultAt(slot: number): StepExecutionResult {
    const status = this.statusAt(slot);
    const result = status === StepStatus.COMPLETED ? { result: this.cells[slot] } : {};
    return { stepName: this.layout.paths[slot] as string, status, ...result, ...this.notes?.get(slot) };
  }

  private note(slot: number, note: Note): void {
    (this.notes ??= new Map()).set(slot, note);
  }
}
