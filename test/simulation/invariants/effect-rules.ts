import type { JournalEntry } from '../../../lib/core/records/index.js';
import type { Effect } from '../engine/ledger.js';
import type { SimProcess } from '../engine/sim-process.js';
import type { World } from '../engine/world.js';
import { storedEntries } from './stored.js';
import type { Watch } from './watch.js';

/** What the rules need to know of an execution that they look into. */
interface Owned {
  readonly record: { readonly fence: number };
}

/** Rules over side effects, checked in the very moment in which one begins. */
export class EffectRules {
  /** (life, instance) pairs whose worker has been told of a cancel. */
  private readonly cancelSeen = new Set<string>();
  /** Instances whose leases were taken over from a process that may still be alive. */
  readonly takenOver = new Set<string>();

  constructor(
    private readonly world: World,
    private readonly watch: Watch,
  ) {}

  noteCancelSeen(process: SimProcess, workflowId: string): void {
    this.cancelSeen.add(`${process.life} ${workflowId}`);
  }

  begin(process: SimProcess, facts: Omit<Effect, 'order' | 'at' | 'life' | 'fence'>): Effect {
    const { ledger, now, database } = this.world;
    const row = database.database.instances.get(facts.workflowId);
    const owned = ownedBy(process, facts.workflowId);
    const effect = ledger.begin({ ...facts, at: now, life: process.life, fence: owned?.record.fence ?? -1 });
    this.world.scheduler.note(`effect ${facts.kind} ${facts.workflowId} ${facts.step} attempt ${facts.attempt}`);
    const what = `${facts.kind} "${facts.step}" of "${facts.workflowId}" (attempt ${facts.attempt}, ${process.loop.name})`;
    if (row === undefined) {
      // Terminated and deleted, before its worker has heard of it.
      if (this.watch.rows.isDeleted(facts.workflowId)) return effect;
      this.watch.violate('effects belong to instances', what);
      return effect;
    }
    // A process that was taken over while it was frozen has not heard of it: it may begin late, and can record nothing.
    if (this.takenOver.has(facts.workflowId)) return effect;
    // What was terminated and restarted may still be executed by somebody who has not heard of either.
    if (this.watch.rows.reopened.has(facts.workflowId) || this.watch.rows.isDeleted(facts.workflowId)) return effect;
    if (owned === undefined) this.watch.violate('only an owner begins effects', what);
    else if (owned.record.fence !== row.fence && !row.isEnded)
      this.watch.violate(
        'effects start before the lease ends',
        `${what} began under fence ${owned.record.fence}, but the store is at ${row.fence}`,
      );
    if (row.isEnded && !isTerminated(row)) this.watch.violate('no effect after the outcome', what);
    const entries = storedEntries(row.journalOf(facts.generation));
    // A transaction whose commit nobody answered is begun again, and may meet its own record then: it commits nothing twice.
    if (facts.kind !== 'transaction') this.checkRecorded(effect, entries, what);
    this.checkRetry(effect, entries, what);
    this.checkCancel(process, effect, what);
    this.checkRepeated(effect, what);
    if (effect.kind === 'undo') this.checkChildren(effect, what);
    return effect;
  }

  /** Results that the code had received when it asked for the effect must be recorded, with these very values. */
  checkPast(effect: Effect, past: ReadonlyMap<string, string>): void {
    if (this.watch.rows.isDeleted(effect.workflowId)) return;
    const row = this.world.database.database.instances.get(effect.workflowId);
    const entries = storedEntries(row?.journalOf(effect.generation));
    for (const [name, value] of past) {
      const entry = entries.find((candidate) => candidate.name === name);
      if (entry === undefined || (entry.value !== undefined && entry.value !== value))
        this.watch.violate(
          'no effect before its past is durable',
          `"${effect.step}" of "${effect.workflowId}" began although "${name}" was ${entry === undefined ? 'not recorded' : 'recorded otherwise'}`,
        );
    }
  }

  private checkRecorded(effect: Effect, entries: readonly JournalEntry[], what: string): void {
    const name = effect.kind === 'undo' ? `$compensate:${effect.step}` : effect.step;
    if (entries.some((entry) => entry.name === name)) this.watch.violate('recorded steps never run again', what);
    if (effect.kind !== 'undo' && entries.some((entry) => entry.kind === 'cancel' || entry.kind === 'deadline'))
      this.watch.violate('no step starts after the recorded stop', what);
  }

  /** What a run undoes comes after the undoing of its children. */
  private checkChildren(effect: Effect, what: string): void {
    for (const child of this.world.database.database.instances.childrenOf(effect.workflowId)) {
      const { parent } = child;
      if (parent?.generation !== effect.generation || parent.close === 'abandon' || child.isEnded) continue;
      this.watch.violate('undo waits for children', `${what} began while "${child.id}" was ${child.status}`);
    }
  }

  private checkRetry(effect: Effect, entries: readonly JournalEntry[], what: string): void {
    const name = effect.kind === 'undo' ? `$compensate:${effect.step}` : effect.step;
    const marker = entries.find((entry) => entry.name === `$retry:${name}#${effect.attempt - 1}`);
    const dueAt = marker?.data?.dueAt?.['retry'];
    if (dueAt !== undefined && this.world.latest < dueAt)
      this.watch.violate(
        'timers are never early',
        `${what} began ${dueAt - this.world.latest} ms before its stored retry`,
      );
  }

  private checkCancel(process: SimProcess, effect: Effect, what: string): void {
    if (effect.kind === 'undo' || !this.cancelSeen.has(`${process.life} ${effect.workflowId}`)) return;
    const isFurtherAttempt = this.world.ledger
      .of(effect.workflowId)
      .some((other) => other !== effect && other.key === effect.key && other.life === effect.life);
    if (!isFurtherAttempt) this.watch.violate('no step starts after its worker knew of the cancel', what);
  }

  /** Between two runs of one attempt its instance must have been lost: by a crash, a freeze or a broken lease. */
  private checkRepeated(effect: Effect, what: string): void {
    const isFirst = !this.world.ledger.effects.some((other) => other !== effect && other.key === effect.key);
    if (this.world.atMostOnce.has(effect.key) && !isFirst) this.watch.violate('at most once is once', what);
    const earlier = this.world.ledger
      .of(effect.workflowId)
      .filter((other) => other !== effect && other.key === effect.key && other.attempt === effect.attempt)
      .at(-1);
    // A transaction whose connection broke runs again without a loss: its first life left no trace.
    if (earlier === undefined || (effect.kind === 'transaction' && earlier.life === effect.life)) return;
    const isLost = this.watch.rows.lossesOf(effect.workflowId).some((loss) => loss.fence >= earlier.fence);
    const isReleased = this.world.released.has(earlier.life);
    if (!isLost && !isReleased)
      this.watch.violate('effects repeat only after a loss', `${what}, first by life ${earlier.life}`);
  }
}

function ownedBy(process: SimProcess, workflowId: string): Owned | undefined {
  const { pool } = process.engine.worker as unknown as { pool: { executions: ReadonlyMap<string, Owned> } };
  return pool.executions.get(workflowId);
}

function isTerminated(row: { readonly cancel: unknown; readonly status: string }): boolean {
  return row.cancel !== undefined && row.status === 'cancelled';
}
