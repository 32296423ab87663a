import { isWorkflowNotFoundError, isWorkflowStateError, isWorkflowStoreError } from '../../../lib/core/errors/index.js';
import type { SignalSeed } from '../../../lib/core/records/index.js';
import type { StoreTransaction } from '../../../lib/core/store/index.js';
import { seedOf } from '../../utils/bare-engine.js';
import { Person, type PersonalRequest } from './person.js';
import type { World } from './world.js';

/** What the outside asks of the cluster, again and again until it is told what became of it. */
export class Driver {
  /** Instances whose start was confirmed, with their inputs. */
  readonly accepted = new Map<string, unknown>();
  /** Signals that the store confirmed. */
  readonly stored = new Map<string, SignalSeed>();
  /** Signals in a transaction that was rolled back. */
  readonly withdrawn = new Set<string>();
  /** Instances that were asked to stop, whatever the answer was. */
  readonly askedToStop = new Set<string>();
  /** Instances whose cancel was accepted. */
  readonly cancelled = new Set<string>();
  /** What those were told who waited for a result. */
  readonly answers = new Map<string, { readonly value: unknown } | { readonly error: string }>();
  private person: Person | undefined;
  private open = 0;
  private signals = 0;

  constructor(private readonly world: World) {}

  /** Nothing is left to be asked. */
  get isIdle(): boolean {
    return this.open === 0;
  }

  /** Starts an instance: by a process that may run it at once, or by a client that runs nothing. */
  start(delayMs: number, name: string, workflowId: string, input: unknown): void {
    this.later(delayMs, async () => {
      const { world } = this;
      const process = world.random.pick([undefined, ...world.alive.filter((each) => !each.isFrozen)]);
      if (process !== undefined) {
        world.scheduler.macrotask(process.loop, () => {
          process.engine.start(name, workflowId, input).catch(() => undefined);
        });
        await this.pause(world.random.int(1, 3_000));
      }
      const [knowing] = world.processes;
      if (knowing === undefined) return;
      const seed = await seedOf(knowing.engine.services, name, workflowId, input);
      const result = await this.insist(() => world.client.start([{ seed }]));
      if (result[0]?.kind === 'created' || result[0]?.kind === 'existing') this.accepted.set(workflowId, input);
    });
  }

  /** Starts an instance by the client that applications use, and waits for its result. */
  startAndWait(delayMs: number, name: string, workflowId: string, input: unknown): void {
    this.later(delayMs, async () => {
      const { client } = this.outsider();
      await this.insist(() => client.start(name, input, { id: workflowId }));
      this.accepted.set(workflowId, input);
      try {
        this.answers.set(workflowId, { value: await client.result(workflowId) });
      } catch (error) {
        if (!isWorkflowNotFoundError(error) || !this.isGone(workflowId))
          this.answers.set(workflowId, { error: (error as Error).name });
      }
    });
  }

  /** Sends one signal several times by the client, as somebody does who was not answered. */
  signalAgain(delayMs: number, workflowId: string, name: string, payload: unknown): void {
    const id = `again-${(this.signals += 1)}`;
    const stored: SignalSeed = { id: `${name}|${workflowId}|${id}`, workflowId, name };
    let created = 0;
    const send = async (): Promise<void> => {
      const { client } = this.outsider();
      for (;;) {
        try {
          const receipt = await this.insist(() => client.signalInstance(workflowId, name, payload, { id }));
          created += receipt.created ? 1 : 0;
          this.stored.set(stored.id, stored);
          if (created > 1 && !this.isGone(workflowId))
            this.world.watch.violate('a signal sent again is the same signal', stored.id);
          return;
        } catch (error) {
          if (isWorkflowStateError(error)) return;
          if (!isWorkflowNotFoundError(error)) throw error;
        }
        if (this.isGone(workflowId)) return;
        // Not there yet: its start is still on its way.
        await this.pause(500);
      }
    };
    for (let time = 0; time < 3; time++) this.later(delayMs + this.world.random.int(0, 4_000), send);
  }

  /** A person asks something of an instance that may run, wait, or have ended; what is not possible is refused. */
  ask(delayMs: number, what: PersonalRequest, workflowId: string): void {
    this.later(delayMs, async () => {
      const { client } = this.outsider();
      if (this.world.watch.record(workflowId) === undefined) return;
      if (what === 'terminate') this.askedToStop.add(workflowId);
      try {
        await this.insist<unknown>(() => client[what](workflowId));
      } catch (error) {
        if (!isWorkflowStateError(error) && !isWorkflowNotFoundError(error)) throw error;
      }
    });
  }

  /** Sends a signal; inside a transaction that stays open for a while, when asked to. */
  signal(delayMs: number, seed: Omit<SignalSeed, 'id'>, how: 'alone' | 'committed' | 'perhaps' = 'alone'): void {
    const signal: SignalSeed = { id: `signal-${(this.signals += 1)}`, ...seed };
    this.later(delayMs, async () => {
      for (;;) {
        const outcome =
          how !== 'alone'
            ? await this.signalInTransaction(signal, how === 'perhaps')
            : (await this.insist(() => this.world.client.signal([signal])))[0];
        if (outcome === undefined) return;
        if (outcome.kind === 'stored') this.stored.set(signal.id, signal);
        // Not there yet: its start is still on its way.
        if (outcome.kind !== 'unknown' || this.isGone(seed.workflowId)) return;
        await this.pause(500);
      }
    });
  }

  cancel(delayMs: number, workflowId: string): void {
    this.later(delayMs, async () => {
      for (;;) {
        this.askedToStop.add(workflowId);
        const error = JSON.stringify({ name: 'WorkflowCancelledError', message: 'asked', code: 'WORKFLOW_CANCELLED' });
        const outcome = await this.insist(() => this.world.client.requestCancel(workflowId, 'asked', error));
        if (outcome?.accepted === true) this.cancelled.add(workflowId);
        if (outcome !== undefined || this.isGone(workflowId)) return;
        await this.pause(500);
      }
    });
  }

  later(delayMs: number, work: () => Promise<void>): void {
    this.open += 1;
    this.world.scheduler.message(this.world.outside, delayMs, 'request', () => {
      work().then(
        () => {
          this.open -= 1;
        },
        (error: unknown) => {
          this.open -= 1;
          this.world.watch.violate('the outside is answered', String(error));
        },
      );
    });
  }

  pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.world.outsideClock.schedule(ms, resolve);
    });
  }

  /** Asks again, with the same words, until there is an answer. */
  async insist<T>(ask: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await ask();
      } catch (error) {
        if (!isWorkflowStoreError(error)) throw error;
        await this.pause(this.world.random.int(1, 300));
      }
    }
  }

  /** Somebody has had it deleted: it does not come any more. */
  private isGone(workflowId: string | undefined): boolean {
    return workflowId !== undefined && this.world.watch.rows.isDeleted(workflowId);
  }

  private outsider(): Person {
    return (this.person ??= new Person(this.world));
  }

  private async signalInTransaction(
    signal: SignalSeed,
    mayBeWithdrawn: boolean,
  ): Promise<{ readonly kind: string } | undefined> {
    const { world } = this;
    const isWithdrawn = mayBeWithdrawn && world.random.chance(0.5);
    const openMs = world.random.int(0, 4_000);
    if (isWithdrawn) this.withdrawn.add(signal.id);
    try {
      return await this.insist(() =>
        world.client.transaction(async (transaction: StoreTransaction) => {
          const outcome = await transaction.signal(signal);
          await this.pause(openMs);
          if (isWithdrawn) throw new Withdrawn();
          return outcome;
        }),
      );
    } catch (error) {
      if (error instanceof Withdrawn) return undefined;
      throw error;
    }
  }
}

class Withdrawn extends Error {}
