import { NonRetryableStepError } from '../core/errors/index.js';
import { fingerprint, toJson } from '../core/serialization/index.js';
import { batchSource, type BatchSource, type BulkItems } from './batch-source.js';

/** Where a generation of a bulk begins. @internal */
export interface SourceMark {
  /** Batches that earlier generations have done. */
  readonly batches: number;
  /** The fingerprint of all of them. */
  readonly chain: string;
}

/** A batch as it was read. @internal */
export interface ReadBatch<T> {
  readonly items: readonly T[];
  readonly fingerprint: string;
  /** Nothing follows it. */
  readonly isLast: boolean;
}

/** Adds a batch to the fingerprint of those before it. @internal */
export function linkOf(chain: string, next: string): string {
  return fingerprint([chain, next]);
}

/**
 * Reads the source of a bulk in order, a little ahead of what is asked for, and from its beginning when it was not read in this process
 * before. What was recorded is passed over, and must be what it was then.
 *
 * @internal
 */
export class SourceReader<T> {
  private source: BatchSource<T> | undefined;
  private reading: Promise<void> | undefined;
  private next = 0;
  private chain = '';
  private hasEnded = false;
  private isClosed = false;
  /** Read, and not asked for yet. */
  private readonly ready = new Map<number, Omit<ReadBatch<T>, 'isLast'>>();
  /** Fingerprints of what was recorded or asked for in this generation. */
  private readonly known = new Map<number, string>();
  private mark: SourceMark = { batches: 0, chain: '' };
  private leave: (() => void) | undefined;

  /**
   * @param ahead How many batches are read ahead of the one that is asked for.
   * @param isRecorded Whether the batches are told from others by their items, which JSON has to hold then; else by their places.
   */
  constructor(
    private readonly open: () => BulkItems<T> | PromiseLike<BulkItems<T>>,
    readonly batchSize: number,
    private readonly ahead: number,
    private readonly isRecorded: boolean,
  ) {}

  /** Serves a generation: what comes before its mark is settled; its source is closed when the signal is aborted. */
  begin(mark: SourceMark, signal: AbortSignal): void {
    this.mark = mark;
    for (const batchId of this.known.keys()) if (batchId < mark.batches) this.known.delete(batchId);
    this.leave?.();
    const onAbort = (): void => this.close();
    signal.addEventListener('abort', onAbort, { once: true });
    this.leave = () => signal.removeEventListener('abort', onAbort);
  }

  /** A batch is on record. */
  note(batchId: number, recorded: string): void {
    this.known.set(batchId, recorded);
    this.ready.delete(batchId);
  }

  /** The items of a batch; none after the end. Each batch is asked for once. */
  async take(batchId: number): Promise<ReadBatch<T>> {
    // One more, so that the last batch is known to be the last.
    await this.readUntil(batchId + 2);
    const batch = this.ready.get(batchId) ?? { items: [], fingerprint: '' };
    const isLast = this.next <= batchId + 1;
    this.note(batchId, batch.fingerprint);
    this.readUntil(batchId + 1 + this.ahead).catch(() => undefined);
    return { ...batch, isLast };
  }

  /** How many batches are known to follow one that is not the last. */
  following(batchId: number): number {
    return Math.min(this.ahead, Math.max(1, this.next - batchId - 1));
  }

  close(): void {
    this.leave?.();
    this.leave = undefined;
    const { source } = this;
    this.source = undefined;
    this.isClosed = true;
    this.ready.clear();
    void Promise.resolve()
      .then(() => source?.close())
      .catch(() => undefined);
  }

  private async readUntil(count: number): Promise<void> {
    while (this.next < count && !this.hasEnded) {
      if (this.isClosed) throw new NonRetryableStepError('The source is closed, because the run has ended.');
      await (this.reading ??= this.readOne());
    }
  }

  private async readOne(): Promise<void> {
    try {
      this.source ??= batchSource(await this.open(), this.batchSize);
      const items = await this.source.take();
      if (items === undefined) this.end();
      else if (!this.isClosed) this.accept(items);
    } catch (error) {
      // Whoever asks again has it read again.
      this.restart();
      throw error;
    } finally {
      this.reading = undefined;
    }
  }

  private accept(items: readonly T[]): void {
    const batchId = this.next;
    const found = this.identify(items, batchId);
    if (batchId < this.mark.batches) {
      this.chain = linkOf(this.chain, found);
      if (batchId + 1 === this.mark.batches && this.chain !== this.mark.chain)
        throw changed(`The items of the first ${this.mark.batches} batches`);
    } else {
      const known = this.known.get(batchId);
      if (known === undefined) this.ready.set(batchId, { items, fingerprint: found });
      else if (known !== found) throw changed(`The items of batch ${batchId}`);
    }
    this.next++;
  }

  private identify(items: readonly T[], batchId: number): string {
    if (!this.isRecorded) return `${batchId}+${items.length}`;
    toJson(items, `items of batch ${batchId}`);
    return fingerprint(items);
  }

  private end(): void {
    this.hasEnded = true;
    const isMissing = [...this.known].some(([batchId, recorded]) => batchId >= this.next && recorded !== '');
    if (isMissing || this.next < this.mark.batches)
      throw changed(`The source ends after ${this.next} batches; its items`);
  }

  private restart(): void {
    void Promise.resolve(this.source?.close()).catch(() => undefined);
    this.source = undefined;
    this.ready.clear();
    this.next = 0;
    this.chain = '';
    this.hasEnded = false;
  }
}

function changed(what: string): NonRetryableStepError {
  return new NonRetryableStepError(
    `${what} are not what they were when they were recorded. The source of a bulk must give the same items in the same order each time it is read: restore it and retry this instance, or start another one.`,
  );
}
