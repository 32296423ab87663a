import type { StepContext, WorkflowContext } from '../core/definition/index.js';
import { isWorkflowError, NonRetryableStepError, WorkflowError } from '../core/errors/index.js';
import { carriedTo, continueCarrying, isInMemory } from '../core/execution/index.js';
import { batchError, type BulkBatchContext, type BulkBatchError } from './bulk-batch.js';
import type { BulkItems } from './batch-source.js';
import type { BulkOperationConfig } from './bulk-operation-config.js';
import { linkOf, SourceReader, type ReadBatch, type SourceMark } from './source-reader.js';

/** A bulk as it is run. @internal */
export interface BulkPlan<I, T, R> {
  readonly source: (input: I) => BulkItems<T> | PromiseLike<BulkItems<T>>;
  readonly process: BulkProcess<T, R, I>;
  readonly config: BulkOperationConfig;
  readonly keepResults: boolean;
}

/** What the processor of a bulk is told of its batch besides the items. @publicApi */
export interface BulkStepContext<I = unknown> extends StepContext, BulkBatchContext {
  /** What the bulk was started with. */
  readonly input: I;
}

/** Does what is to be done with a batch. What it answers, if anything, is one result for each item. @publicApi */
export type BulkProcess<T, R, I = unknown> = (
  items: readonly T[],
  context: BulkStepContext<I>,
) => readonly R[] | void | PromiseLike<readonly R[] | void>;

/** What became of a bulk. @publicApi */
export interface BulkSummary<R = unknown> {
  readonly totalItems: number;
  readonly totalBatches: number;
  readonly successfulItems: number;
  /** Items that were lost with their batch. */
  readonly failedItems: number;
  readonly failedBatches: number;
  /** The first hundred; their `timestamp` is in seconds since the epoch. */
  readonly errors: readonly Omit<BulkBatchError, 'cause'>[];
  /** In the order of the items, without those that were lost; only with `keepResults`. */
  readonly results?: readonly R[];
}

/** Batches in one generation of the journal. */
const BATCHES_PER_GENERATION = 1_000;

const KEPT_ERRORS = 100;

/** What the journal keeps of a batch. */
interface BatchFacts extends Partial<BatchCut> {
  readonly count: number;
  readonly fingerprint: string;
  /** How many batches are known to follow; none after the last. */
  readonly following: number;
}

/** How a run cuts its items: as it began, also when the definition says otherwise later. */
interface BatchCut {
  readonly batchSize: number;
  readonly maxConcurrency: number;
}

/** What one generation leaves for the next. */
interface BulkCursor extends SourceMark, BatchCut {
  /** How many batches are known to be there. */
  readonly ahead: number;
  readonly summary: BulkSummary;
}

/** How a later generation is started. */
interface Continuation {
  readonly $bulk: BulkCursor;
  readonly input?: unknown;
}

/**
 * Runs a bulk over a workflow context: a step for each batch, `maxConcurrency` of them at one time, none before it is known that there
 * is such a batch. Whatever reads the source happens inside steps.
 *
 * @internal
 */
export async function interpretBulk<I, T, R>(
  plan: BulkPlan<I, T, R>,
  ctx: WorkflowContext,
  given: unknown,
): Promise<BulkSummary<R>> {
  const continuation = given as Partial<Continuation> | null | undefined;
  const cursor = continuation?.$bulk;
  const input = (cursor === undefined ? given : continuation?.input) as I;
  const run = new BulkGeneration(plan, ctx, input, cursor);
  try {
    await run.finish();
  } catch (error) {
    run.close();
    throw error;
  }
  if (run.isComplete) {
    run.close();
    return run.summary as BulkSummary<R>;
  }
  return continueCarrying(ctx, { $bulk: run.cursor, ...(input !== undefined && { input }) }, run.reader);
}

class BulkGeneration<I, T, R> {
  reader: SourceReader<T> | undefined;
  summary: BulkSummary;
  private cut: BatchCut;
  private chain: string;
  /** One more than the last batch that is known to be there. */
  private known: number;
  private next: number;
  private readonly first: number;
  private readonly fingerprints = new Map<number, string>();
  private readonly results = new Map<number, readonly unknown[]>();
  private underWay = 0;
  private resolve: () => void = () => undefined;
  private reject: (error: unknown) => void = () => undefined;

  constructor(
    private readonly plan: BulkPlan<I, T, R>,
    private readonly ctx: WorkflowContext,
    private readonly input: I,
    cursor: BulkCursor | undefined,
  ) {
    this.first = this.next = cursor?.batches ?? 0;
    this.chain = cursor?.chain ?? '';
    this.known = cursor?.ahead ?? 1;
    this.cut = cursor ?? plan.config;
    this.summary = cursor?.summary ?? (plan.keepResults ? { ...NOTHING, results: [] } : NOTHING);
    this.reader = carriedTo(ctx) as SourceReader<T> | undefined;
    this.reader?.begin(this.mark, ctx.signal);
  }

  get isComplete(): boolean {
    return this.next === this.known;
  }

  get cursor(): BulkCursor {
    const { batchSize, maxConcurrency } = this.cut;
    return { ...this.mark, ahead: this.known, summary: this.summary, batchSize, maxConcurrency };
  }

  /** Resolves when this generation has no more to do. */
  finish(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
      this.fill();
    });
  }

  close(): void {
    this.reader?.close();
  }

  /** What was done before the batches that are under way. */
  private get mark(): SourceMark {
    return { batches: this.next, chain: this.chain };
  }

  private fill(): void {
    const end = Math.min(this.known, this.first + BATCHES_PER_GENERATION);
    while (this.underWay < this.cut.maxConcurrency && this.next < end) this.begin(this.next++);
    if (this.underWay > 0) return;
    this.conclude();
    this.resolve();
  }

  private begin(batchId: number): void {
    this.underWay++;
    this.ctx
      .step(`batch#${batchId}`, this.body(batchId), { retry: this.plan.config.retry })
      .then(
        (facts) => this.completed(batchId, facts),
        (error: unknown) => this.failed(batchId, error),
      )
      .then(() => {
        this.underWay--;
        this.fill();
      })
      .catch(this.reject);
  }

  /** What a batch does, as often as it is tried; its items are read once. */
  private body(batchId: number): (step: StepContext) => Promise<BatchFacts> {
    let taken: ReadBatch<T> | undefined;
    return async (step) => {
      const reader = this.openReader();
      const { items, fingerprint, isLast } = (taken ??= await reader.take(batchId));
      const factsNow = (): BatchFacts => ({
        count: items.length,
        fingerprint,
        following: isLast ? 0 : reader.following(batchId),
        ...(batchId === 0 && { batchSize: this.cut.batchSize, maxConcurrency: this.cut.maxConcurrency }),
      });
      if (items.length === 0) return factsNow();
      try {
        const told = Object.getOwnPropertyDescriptors({ batchId, input: this.input });
        const context = Object.create(step, told) as BulkStepContext<I>;
        const { keepResults, config } = this.plan;
        const process = (): ReturnType<BulkProcess<T, R, I>> => this.plan.process(items, context);
        const results = await (config.circuitBreakerConfig?.execute(process) ?? process());
        const isWrong = Array.isArray(results) ? results.length !== items.length : keepResults;
        if (isWrong) throw wrongAnswer(results, items, batchId);
        return { ...factsNow(), ...(keepResults && { results }) };
      } catch (error) {
        throw new BatchFailure(error, factsNow());
      }
    };
  }

  /** Made when the first batch is not on record: what is on record has told by then how the run is cut. */
  private openReader(): SourceReader<T> {
    if (this.reader !== undefined) return this.reader;
    const { batchSize, maxConcurrency } = this.cut;
    const isRecorded = !isInMemory(this.ctx);
    const reader = new SourceReader<T>(() => this.plan.source(this.input), batchSize, maxConcurrency, isRecorded);
    reader.begin({ batches: this.first, chain: this.chain }, this.ctx.signal);
    for (const [batchId, recorded] of this.fingerprints) reader.note(batchId, recorded);
    return (this.reader = reader);
  }

  private completed(batchId: number, facts: BatchFacts & { readonly results?: readonly unknown[] }): void {
    this.take(batchId, facts);
    if (facts.results !== undefined) this.results.set(batchId, facts.results);
    this.count({ successfulItems: this.summary.successfulItems + facts.count });
  }

  private failed(batchId: number, error: unknown): void {
    const { cause, attempts = 1 } = error as { readonly cause?: unknown; readonly attempts?: number };
    // A time-out comes without the step's name around it.
    const failure = (factsOf(error) === undefined ? cause : error) as BatchFailure;
    const facts = factsOf(failure);
    // Its source could not be read, or the run was stopped: no failure of the batch.
    if (facts === undefined) throw error;
    this.take(batchId, facts);
    const { cause: _cause, ...plain } = batchError(batchId, failure.cause, attempts - 1, this.ctx.now());
    const { failedItems, failedBatches, errors } = this.summary;
    this.count({
      failedItems: failedItems + facts.count,
      failedBatches: failedBatches + 1,
      errors: errors.length < KEPT_ERRORS ? [...errors, plain] : errors,
    });
  }

  private take(batchId: number, { fingerprint, count, following, batchSize, maxConcurrency }: BatchFacts): void {
    this.fingerprints.set(batchId, fingerprint);
    this.reader?.note(batchId, fingerprint);
    this.known = Math.max(this.known, batchId + 1 + following);
    if (batchSize !== undefined && maxConcurrency !== undefined) this.cut = { batchSize, maxConcurrency };
    if (count === 0) return;
    const { totalItems, totalBatches } = this.summary;
    this.summary = { ...this.summary, totalItems: totalItems + count, totalBatches: totalBatches + 1 };
  }

  private count(change: Partial<BulkSummary>): void {
    this.summary = { ...this.summary, ...change };
    if (!this.plan.config.enableProgressTracking) return;
    const { totalItems, totalBatches, successfulItems, failedItems } = this.summary;
    this.ctx.setStatus({ processedItems: totalItems, processedBatches: totalBatches, successfulItems, failedItems });
  }

  /** Puts together, in the order of the items, what came in any. */
  private conclude(): void {
    const results: unknown[] = [];
    for (let batchId = this.first; batchId < this.next; batchId++) {
      this.chain = linkOf(this.chain, this.fingerprints.get(batchId) ?? '');
      for (const result of this.results.get(batchId) ?? []) results.push(result);
    }
    const before = this.summary.results;
    if (before !== undefined) this.summary = { ...this.summary, results: [...before, ...results] };
  }
}

const NOTHING: BulkSummary = Object.freeze({
  totalItems: 0,
  totalBatches: 0,
  successfulItems: 0,
  failedItems: 0,
  failedBatches: 0,
  errors: [],
});

/** What a batch fails with: the error of its processor, and the facts that the journal keeps of it all the same. */
class BatchFailure extends WorkflowError {
  constructor(cause: unknown, facts: BatchFacts) {
    const message = cause instanceof Error ? cause.message : String(cause);
    // The code says whether another attempt makes sense.
    super(isWorkflowError(cause) ? cause.code : 'STEP_FAILED', message, { cause, details: { ...facts } });
  }

  override get name(): string {
    return 'BatchFailure';
  }
}

function factsOf(failure: unknown): BatchFacts | undefined {
  if (!isWorkflowError(failure) || failure.name !== 'BatchFailure') return undefined;
  return failure.details as unknown as BatchFacts;
}

function wrongAnswer(answer: unknown, items: readonly unknown[], batchId: number): NonRetryableStepError {
  const found = Array.isArray(answer) ? `${answer.length} results` : `${typeof answer} and no array`;
  return new NonRetryableStepError(
    `The processor answered ${found} for batch ${batchId}, which has ${items.length} items. Answer one result for each item, in their order.`,
  );
}
