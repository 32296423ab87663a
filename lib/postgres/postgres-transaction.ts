import { LeaseLostError } from '../core/errors/index.js';
import type { SignalSeed } from '../core/records/index.js';
import type {
  FlushResult,
  FlushUnit,
  SignalOutcome,
  StartResult,
  StartUnit,
  StoreTransaction,
} from '../core/store/index.js';
import type { SqlTransaction } from './connection/index.js';
import type { SignalPoster } from './routing/index.js';
import type { FlushWriter, InstanceStarter } from './writing/index.js';

/** What a transaction shares with its store. @internal */
export interface TransactionParts {
  readonly starter: InstanceStarter;
  readonly poster: SignalPoster;
  readonly writer: FlushWriter;
  /** Called after the commit with what was written. */
  started(unit: StartUnit): void;
  signalled(): void;
  flushed(unit: FlushUnit): void;
}

/** Writes beside somebody's rows, on their connection. @internal */
export class PostgresTransaction implements StoreTransaction {
  constructor(
    private readonly transaction: SqlTransaction,
    private readonly parts: TransactionParts,
  ) {}

  get handle(): unknown {
    return this.transaction.handle;
  }

  async start(unit: StartUnit): Promise<StartResult> {
    const result = await this.parts.starter.startWithin(this.transaction, unit);
    if (result.kind === 'created') this.onCommit(() => this.parts.started(unit));
    return result;
  }

  async signal(seed: SignalSeed): Promise<SignalOutcome> {
    const [outcome] = await this.parts.poster.post(this.transaction, [seed]);
    this.onCommit(() => this.parts.signalled());
    return outcome as SignalOutcome;
  }

  async flush(unit: FlushUnit): Promise<FlushResult> {
    const result = await this.parts.writer.flushWithin(this.transaction, unit);
    if (result.kind === 'fenced') throw new LeaseLostError({ workflowId: unit.workflowId });
    if (result.kind === 'applied') this.onCommit(() => this.parts.flushed(unit));
    return result;
  }

  onCommit(callback: () => void): void {
    this.transaction.onCommit(callback);
  }
}
