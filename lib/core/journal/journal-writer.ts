import { isWorkflowError, WorkflowStoreError } from '../errors/index.js';
import type { WorkflowLogger } from '../lifecycle/index.js';
import type { FlushResult, FlushUnit, StartResult, StartUnit, WorkflowStore } from '../store/index.js';
import { afterPromises, type Cancellable, type Clock } from '../time/index.js';

/** Before a unit whose row was locked is sent again. */
const LOCKED_PAUSE_MS = 50;

/** A smaller cohort is not worth a statement of its own: what two of them cost more is more than what they win side by side. */
const SMALLEST_COHORT = 64;
/** How long stragglers wait at most. */
const STRAGGLERS_WAIT_MS = 5;
/** How fast the crowd is forgotten when fewer instances write: by a twentieth at each statement. */
const CROWD_MEMORY = 0.95;

/** How the writer sends. @internal */
export interface JournalWriterOptions {
  /** Statements in flight at one time. @default 2 */
  readonly flushers: number;
  /** First pause after the store could not be reached, doubled up to `maxPauseMs`. @default 50 */
  readonly pauseMs: number;
  /** @default 2000 */
  readonly maxPauseMs: number;
  /** How long whoever starts an instance is kept waiting by a store that cannot be reached. @default 15000 */
  readonly startPatienceMs?: number;
}

/** Who is told what became of a unit. @internal */
export interface UnitOwner {
  answer(unit: FlushUnit, result: FlushResult): void;
}

interface PendingFlush {
  readonly unit: FlushUnit;
  readonly owner: UnitOwner;
}

interface PendingStart {
  readonly unit: StartUnit;
  /** Monotonic. */
  readonly askedAt: number;
  readonly resolve: (result: StartResult) => void;
  readonly reject: (error: unknown) => void;
}

type Batch =
  | { readonly kind: 'flush'; readonly items: readonly PendingFlush[] }
  | { readonly kind: 'start'; readonly items: readonly PendingStart[] };

const NOBODY: readonly never[] = [];

/** Long enough for a database that restarts, and shorter than what asks over HTTP waits. */
const START_PATIENCE_MS = 15_000;

/**
 * Makes the writes of all instances of a process durable together (group commit): whatever is asked for while statements are in
 * flight travels in the next one. A crowd of instances is parted in two cohorts, so that the store works on one while this process
 * works on the other; in one lockstep each would wait for the other. A store that cannot be reached is asked again until it answers; every row of a unit has a derived
 * key, so asking again changes nothing.
 *
 * @internal
 */
export class JournalWriter {
  private flushes: readonly PendingFlush[] = NOBODY;
  private starts: readonly PendingStart[] = NOBODY;
  private inFlight = 0;
  private scheduled = false;
  /** Units in the statements in flight. */
  private underWay = 0;
  /** The most units that were under way at one time, lately. */
  private crowd = 0;
  private patience: Cancellable | undefined;
  private closed = false;

  constructor(
    private readonly store: WorkflowStore,
    private readonly clock: Clock,
    private readonly logger: WorkflowLogger,
    private readonly options: JournalWriterOptions,
  ) {}

  /** Makes a unit durable. The owner has at most one unit under way. */
  flush(unit: FlushUnit, owner: UnitOwner): void {
    this.flushes = joined(this.flushes, { unit, owner });
    const waiting = this.flushes.length;
    const isCohort = waiting >= SMALLEST_COHORT && 2 * waiting >= this.crowd;
    if (isCohort && this.inFlight < this.options.flushers) this.dispatch();
    else this.schedule();
  }

  /** Creates an instance. @throws WorkflowStoreError when the store stays away: somebody waits for this, unlike for what instances write. */
  start(unit: StartUnit): Promise<StartResult> {
    return new Promise((resolve, reject) => {
      this.starts = joined(this.starts, { unit, askedAt: this.clock.monotonic(), resolve, reject });
      this.schedule();
    });
  }

  /** Stops asking again after this: what cannot be written now is rejected. */
  close(): void {
    this.closed = true;
  }

  private schedule(): void {
    if (this.scheduled || this.inFlight >= this.options.flushers) return;
    // A few stragglers of a crowd travel with the next cohort: a statement costs as much as many rows.
    if (this.inFlight > 0 && 4 * (this.flushes.length + this.starts.length) < this.crowd) {
      this.patience ??= this.clock.schedule(STRAGGLERS_WAIT_MS, this.endPatience);
      return;
    }
    this.scheduled = true;
    afterPromises(this.dispatchAll);
  }

  private readonly dispatchAll = (): void => {
    this.scheduled = false;
    this.dispatch();
  };

  /** What is in flight may take long, a start for example that waits for somebody's transaction. */
  private readonly endPatience = (): void => {
    this.patience = undefined;
    this.dispatch();
  };

  private dispatch(): void {
    while (this.inFlight < this.options.flushers) {
      const batch = this.take();
      if (batch === undefined) return;
      this.inFlight += 1;
      const size = batch.items.length;
      this.underWay += size;
      this.crowd = Math.max(this.underWay, this.crowd * CROWD_MEMORY);
      this.send(batch, 0);
    }
  }

  private take(): Batch | undefined {
    // Outcomes and entries first: they free places, starts fill them.
    if (this.flushes.length > 0) {
      const items = this.flushes;
      this.flushes = NOBODY;
      return { kind: 'flush', items };
    }
    if (this.starts.length > 0) {
      const items = this.starts;
      this.starts = NOBODY;
      return { kind: 'start', items };
    }
    return undefined;
  }

  /** Told by callbacks and not awaited: a lone step waits for each promise between it and its store. */
  private send(batch: Batch, attempt: number): void {
    const fail = (error: unknown): void => {
      this.sendAgain(batch, attempt, error);
    };
    try {
      if (batch.kind === 'flush') {
        const { items } = batch;
        this.store.flush(units(items), attempt > 0).then((results) => {
          try {
            this.settleFlush(items, results);
          } finally {
            this.leave(items.length);
          }
        }, fail);
      } else {
        const { items } = batch;
        this.store.start(units(items), attempt > 0).then((results) => {
          settleStart(items, results);
          this.leave(items.length);
        }, fail);
      }
    } catch (error) {
      fail(error);
    }
  }

  private sendAgain(batch: Batch, attempt: number, error: unknown): void {
    if (this.closed || !isWorkflowError(error, 'WORKFLOW_STORE')) {
      this.refuse(batch, error);
      this.leave(batch.items.length);
      return;
    }
    if (attempt === 0) this.logger.warn('The store could not be reached; writing again.', { error: String(error) });
    this.starts = this.dismissLate(this.starts, error);
    const rest = batch.kind === 'start' ? { ...batch, items: this.dismissLate(batch.items, error) } : batch;
    this.underWay -= batch.items.length - rest.items.length;
    if (rest.items.length === 0) {
      this.leave(0);
      return;
    }
    const pauseMs = Math.min(this.options.pauseMs * 2 ** Math.min(attempt, 16), this.options.maxPauseMs);
    this.clock.schedule(pauseMs, () => {
      this.send(rest, attempt + 1);
    });
  }

  /** Tells those who have waited for too long, and answers the others. */
  private dismissLate(starts: readonly PendingStart[], cause: unknown): readonly PendingStart[] {
    const latest = this.clock.monotonic() - (this.options.startPatienceMs ?? START_PATIENCE_MS);
    const isLate = ({ askedAt }: PendingStart): boolean => askedAt <= latest;
    if (!starts.some(isLate)) return starts;
    for (const start of starts.filter(isLate)) start.reject(notStarted(start.unit, cause));
    return starts.filter((start) => !isLate(start));
  }

  /** A statement is no longer in flight, and its owners have been told: what waited for its place is sent. */
  private leave(size: number): void {
    this.inFlight -= 1;
    this.underWay -= size;
    if (this.flushes.length > 0 || this.starts.length > 0) this.schedule();
  }

  /** The store refused the whole statement: for each instance that is the same as refusing its unit. */
  private refuse(batch: Batch, error: unknown): void {
    if (batch.kind === 'start') {
      for (const item of batch.items) item.reject(error);
      return;
    }
    const refused = error instanceof Error ? error : new Error(String(error));
    for (const item of batch.items) this.answer(item, { kind: 'rejected', error: refused });
  }

  private settleFlush(items: readonly PendingFlush[], results: readonly FlushResult[]): void {
    for (let index = 0; index < items.length; index += 1) {
      const item = items[index] as PendingFlush;
      const result = results[index] as FlushResult;
      if (result.kind === 'locked' && !this.closed) this.sendLater(item);
      else this.answer(item, result);
    }
  }

  /** What one owner makes of its answer is no reason to keep the others' from them. */
  private answer(item: PendingFlush, result: FlushResult): void {
    try {
      item.owner.answer(item.unit, result);
    } catch (error) {
      this.logger.error('What follows a write failed.', { workflowId: item.unit.workflowId, error: String(error) });
    }
  }

  /** The row is held by an open transaction: tried again by and by, while the others go on. */
  private sendLater(item: PendingFlush): void {
    this.clock.schedule(LOCKED_PAUSE_MS, () => {
      this.flushes = joined(this.flushes, item);
      this.schedule();
    });
  }
}

function units<U>(items: readonly { readonly unit: U }[]): U[] {
  return items.map((item) => item.unit);
}

function settleStart(items: readonly PendingStart[], results: readonly StartResult[]): void {
  items.forEach((item, index) => {
    item.resolve(results[index] as StartResult);
  });
}

/** An array that begins with its one item is a fraction of the size of one that grows: most statements carry one unit. */
function joined<T>(items: readonly T[], item: T): readonly T[] {
  if (items.length === 0) return [item];
  (items as T[]).push(item);
  return items;
}

function notStarted({ seed: { id, name } }: StartUnit, cause: unknown): WorkflowStoreError {
  return new WorkflowStoreError(
    `The workflow "${name}" may or may not have been started: the store cannot be reached. ` +
      `Start it again under the same id, which is "${id}", to have it once.`,
    { cause },
  );
}
