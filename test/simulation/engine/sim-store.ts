import type {
  FlushUnit,
  StoreHint,
  StoreTransaction,
  StoreTransactionOptions,
  WorkflowStore,
} from '../../../lib/core/store/index.js';
import type { Cancellable } from '../../../lib/core/time/index.js';
import { MemoryStore } from '../../../lib/memory/index.js';
import { cut, type Network } from './network.js';
import { SimStates } from './sim-states.js';
import type { Loop, Scheduler } from './scheduler.js';
import { TransactionTravel } from './sim-transaction.js';

/** What a {@link SimStore} stands between. */
export interface SimStoreSurroundings {
  readonly scheduler: Scheduler;
  /** The process that calls. */
  readonly loop: Loop;
  /** The database's own loop: statements of all processes interleave there. */
  readonly databaseLoop: Loop;
  readonly network: Network;
  /** The process's own session on the shared data. */
  readonly session: MemoryStore;
  /** Sees requests when the database does. */
  readonly onRequest: (operation: string, request: unknown) => void;
  /** Sees answers when the process does. */
  readonly onAnswer: (operation: string, request: unknown, answer: unknown) => void;
}

/**
 * One process's connection to the shared store. Requests and answers are messages of the scheduler: they may be lost, late or come
 * twice, wait while the process is frozen, and reach nobody when it is dead.
 */
export class SimStore implements WorkflowStore {
  readonly kind = 'simulated';
  readonly durable = true;
  private readonly connections = new Set<(error: Error) => void>();

  constructor(readonly surroundings: SimStoreSurroundings) {}

  readonly open = this.method('open');
  readonly close = this.method('close');
  readonly health = this.method('health');
  readonly start = this.method('start');
  readonly signal = this.method('signal');
  readonly flush = this.method('flush');
  readonly registerWorker = this.method('registerWorker');
  readonly unregisterWorker = this.method('unregisterWorker');
  readonly poll = this.method('poll');
  readonly readJournals = this.method('readJournals');
  readonly readInboxes = this.method('readInboxes');
  readonly renew = this.method('renew');
  readonly readProgress = this.method('readProgress');
  readonly find = this.method('find');
  readonly list = this.method('list');
  readonly children = this.method('children');
  readonly readJournal = this.method('readJournal');
  readonly readUnconsumed = this.method('readUnconsumed');
  readonly findWaits = this.method('findWaits');
  readonly readStream = this.method('readStream');
  readonly requestCancel = this.method('requestCancel');
  readonly terminate = this.method('terminate');
  readonly reopen = this.method('reopen');
  readonly restart = this.method('restart');
  readonly delete = this.method('delete');
  readonly purge = this.method('purge');
  readonly takeOutbox = this.method('takeOutbox');
  readonly settleOutbox = this.method('settleOutbox');
  readonly states = new SimStates(this);

  join(transaction: unknown): StoreTransaction {
    return this.surroundings.session.join(transaction);
  }

  transaction<T>(work: (transaction: StoreTransaction) => Promise<T>, _options?: StoreTransactionOptions): Promise<T> {
    return new TransactionTravel(this).run(work);
  }

  onHint(listener: (hint: StoreHint) => void): Cancellable {
    const { session, network, scheduler, loop } = this.surroundings;
    return session.onHint((hint) => {
      for (const delayMs of network.hintDelays())
        scheduler.message(loop, delayMs, `hint ${hint.kind}`, () => {
          listener(hint);
        });
    });
  }

  hint(hint: StoreHint): void {
    const { session, network, scheduler, databaseLoop, loop } = this.surroundings;
    if (loop.isDead || network.hintDelays().length === 0) return;
    scheduler.message(databaseLoop, 0, `hint ${hint.kind} sent`, () => {
      session.hint(hint);
    });
  }

  /** Every open connection breaks, as when the process died: open transactions are rolled back. */
  breakConnections(): void {
    for (const fail of this.connections) fail(cut('connection'));
    this.connections.clear();
  }

  /** A statement inside an open transaction: it travels, but is not lost alone. */
  statement<T>(name: string, run: () => Promise<T>): Promise<T> {
    const { network } = this.surroundings;
    const { rates } = network;
    return this.call(
      name,
      { kind: 'answered', requestMs: network.delay(rates.slow), answerMs: network.delay(rates.slow) },
      run,
    );
  }

  /** A request of its own: it travels, and is lost, as any other does. */
  request<T>(name: string, run: () => Promise<T>): Promise<T> {
    return this.call(name, this.surroundings.network.fateOf(name), run);
  }

  private method<M extends keyof MemoryStore & keyof WorkflowStore>(
    name: M,
  ): WorkflowStore[M] & ((...args: never[]) => Promise<never>) {
    const forward = (...args: unknown[]): Promise<unknown> =>
      this.call(
        name,
        this.surroundings.network.fateOf(name),
        () => (this.surroundings.session[name] as (...args: unknown[]) => Promise<unknown>)(...args),
        args[0],
      );
    return forward as WorkflowStore[M] & ((...args: never[]) => Promise<never>);
  }

  private call<T>(
    name: string,
    fate: ReturnType<Network['fateOf']>,
    run: () => Promise<T>,
    request?: unknown,
  ): Promise<T> {
    const { scheduler, loop, databaseLoop, onAnswer } = this.surroundings;
    const label = `${loop.name} ${name}${describe(name, request)}`;
    return new Promise<T>((resolve, reject) => {
      if (loop.isDead) return;
      const answer = (how: string, settle: () => void): void => {
        scheduler.message(loop, fate.answerMs, `${name} ${how}`, settle);
      };
      const fail = (how: string): void => {
        answer(how, () => {
          reject(cut(name));
        });
      };
      if (fate.kind === 'lostRequest') {
        fail('was lost');
        return;
      }
      if (fate.kind === 'stale') fail('was given up');
      scheduler.message(databaseLoop, fate.requestMs, label, () => {
        // A statement whose process has died may have left it before, or not.
        if (loop.isDead && this.surroundings.network.chance(0.5)) return;
        this.surroundings.onRequest(name, request);
        run().then(
          (value) => {
            if (fate.kind === 'stale') return;
            if (fate.kind === 'lostAnswer') fail('lost its answer');
            else
              answer('answered', () => {
                onAnswer(name, request, value);
                resolve(value);
              });
          },
          (error: Error) => {
            if (fate.kind !== 'stale')
              answer('failed', () => {
                reject(error);
              });
          },
        );
      });
    });
  }

  /** A connection that {@link breakConnections} breaks until it ends. */
  connect(): { readonly failed: Promise<never>; readonly fail: (error: Error) => void; readonly end: () => void } {
    let fail: (error: Error) => void = () => undefined;
    const failed = new Promise<never>((_resolve, reject) => {
      fail = reject;
    });
    failed.catch(() => undefined);
    this.connections.add(fail);
    return { failed, fail, end: () => void this.connections.delete(fail) };
  }
}

function describe(name: string, request: unknown): string {
  if (name !== 'flush') return '';
  const units = request as readonly FlushUnit[];
  return ` ${units
    .map(
      (unit) =>
        `${unit.workflowId}/${unit.fence}[${unit.entries.map((entry) => `${entry.position}:${entry.name}`).join(' ')}]${unit.transition?.kind ?? ''}`,
    )
    .join(' ')}`;
}
