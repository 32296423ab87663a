import type { EntitySubscriberInterface, QueryRunner } from 'typeorm';

interface TransactionEvent {
  readonly queryRunner: QueryRunner;
}

/**
 * Learns from TypeORM when transactions that we wrote into have been committed. It is registered like a subscriber of the
 * application, and does nothing for transactions without a callback.
 *
 * @internal
 */
export class CommitSubscriber implements EntitySubscriberInterface {
  private readonly callbacks = new WeakMap<QueryRunner, (() => void)[]>();

  /** Runs the callback after the outermost commit of the runner's open transaction. */
  afterCommit(runner: QueryRunner, callback: () => void): void {
    const waiting = this.callbacks.get(runner);
    if (waiting === undefined) this.callbacks.set(runner, [callback]);
    else waiting.push(callback);
  }

  afterTransactionCommit({ queryRunner }: TransactionEvent): void {
    // Releasing a savepoint is announced as a commit, too.
    if (queryRunner.isTransactionActive) return;
    const waiting = this.callbacks.get(queryRunner) ?? [];
    this.callbacks.delete(queryRunner);
    for (const callback of waiting) callback();
  }

  afterTransactionRollback({ queryRunner }: TransactionEvent): void {
    if (!queryRunner.isTransactionActive) this.callbacks.delete(queryRunner);
  }
}
