import type { FlushResult, FlushUnit, SignalOutcome, StartResult, StartUnit } from '../../../lib/core/store/index.js';
import type { SignalSeed } from '../../../lib/core/records/index.js';
import type { StoreTransaction } from '../../../lib/core/store/index.js';
import { cut } from './network.js';
import type { SimStore } from './sim-store.js';

/** An open transaction as its process sees it: each statement travels. */
class SimTransaction implements StoreTransaction {
  constructor(
    private readonly store: SimStore,
    private readonly inner: StoreTransaction,
  ) {}

  get handle(): unknown {
    return this.inner.handle;
  }

  start(unit: StartUnit): Promise<StartResult> {
    return this.store.statement('tx start', () => this.inner.start(unit));
  }

  signal(seed: SignalSeed): Promise<SignalOutcome> {
    return this.store.statement('tx signal', () => this.inner.signal(seed));
  }

  flush(unit: FlushUnit): Promise<FlushResult> {
    return this.store.statement('tx flush', () => this.inner.flush(unit));
  }

  onCommit(callback: () => void): void {
    this.inner.onCommit(callback);
  }
}

class SerializationFailure extends Error {}

/**
 * One transaction's way from BEGIN to COMMIT, with what can befall it: a broken connection before, while or after the commit, a
 * commit that arrives after the caller was told of the break, and a serialisation failure, after which the body runs again.
 */
export class TransactionTravel {
  constructor(private readonly store: SimStore) {}

  run<T>(work: (transaction: StoreTransaction) => Promise<T>): Promise<T> {
    const { network, scheduler, loop, databaseLoop, session } = this.store.surroundings;
    const fate = network.fateOf('transaction');
    const breaksEarly = network.chance(network.rates.lostRequest);
    let reruns = network.chance(network.rates.lostAnswer) ? 1 : 0;
    return new Promise<T>((resolve, reject) => {
      if (loop.isDead) return;
      const answer = (how: string, settle: () => void): void => {
        scheduler.message(loop, fate.answerMs, `transaction ${how}`, settle);
      };
      const fail = (how: string): void => {
        answer(how, () => {
          reject(cut('transaction'));
        });
      };
      const attempt = (): Promise<T> =>
        session.transaction(async (inner) => {
          const connection = this.store.connect();
          const { failed, end } = connection;
          if (breaksEarly)
            scheduler.message(databaseLoop, network.delay(0.5), `${loop.name} breaks`, () => {
              connection.fail(cut('transaction'));
            });
          try {
            const result = await Promise.race([
              this.inProcess(() => work(new SimTransaction(this.store, inner))),
              failed,
            ]);
            if (fate.kind === 'lostRequest') throw cut('COMMIT');
            if (fate.kind === 'stale') fail('was given up');
            await Promise.race([this.toDatabase('COMMIT', fate.requestMs), failed]);
            if (reruns-- > 0 && fate.kind !== 'stale') throw new SerializationFailure();
            return result;
          } finally {
            end();
          }
        });
      const begin = (): void => {
        attempt()
          .catch((error: Error) => {
            if (error instanceof SerializationFailure) return attempt();
            throw error;
          })
          .then(
            (value) => {
              if (fate.kind === 'lostAnswer') fail('lost its answer');
              else if (fate.kind !== 'stale')
                answer('committed', () => {
                  resolve(value);
                });
            },
            (error: Error) => {
              answer('rolled back', () => {
                reject(error);
              });
            },
          );
      };
      scheduler.message(databaseLoop, network.delay(0), `${loop.name} BEGIN`, begin);
    });
  }

  /** The caller's part runs in the caller's own loop. */
  private inProcess<T>(work: () => Promise<T>): Promise<T> {
    const { scheduler, loop, network } = this.store.surroundings;
    return new Promise<T>((resolve, reject) => {
      scheduler.message(loop, network.delay(0), 'BEGIN answered', () => {
        work().then(resolve, reject);
      });
    });
  }

  private toDatabase(label: string, delayMs: number): Promise<void> {
    const { scheduler, databaseLoop, loop } = this.store.surroundings;
    return new Promise((resolve) => {
      scheduler.message(databaseLoop, delayMs, `${loop.name} ${label}`, resolve);
    });
  }
}
