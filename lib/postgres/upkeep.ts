import type { LifecycleEvent } from '../core/lifecycle/index.js';
import type { StoreHint } from '../core/store/index.js';
import type { SlotKeeper } from './claiming/index.js';
import type { CloseRequests } from './requests/index.js';
import type { RoutingRound, SignalRouter } from './routing/index.js';
import type { StoreCore } from './store-core.js';

/** Something that may be left to do after a commit. @internal */
export type Chore = 'route' | 'close' | 'hand on';

/** Rounds of one run; a signal whose instance stays locked is left to the next poll. */
const MAX_ROUNDS = 20;

/** Events that nobody has fetched by polling; without a worker in the process the oldest are forgotten. */
const MAX_EVENTS = 1_000;

/**
 * What follows a commit: routing signals, applying close requests, handing on freed slots. It runs beside the caller, one run at a
 * time, and may fail: everything it does is found again by the next poll.
 *
 * @internal
 */
export class Upkeep {
  private running: Promise<void> | undefined;
  private wanted = new Set<Chore>();
  private events: LifecycleEvent[] = [];
  private closed = false;

  constructor(
    private readonly core: StoreCore,
    private readonly router: SignalRouter,
    private readonly closes: CloseRequests,
    private readonly slots: SlotKeeper,
    private readonly hint: (hint: StoreHint) => void,
  ) {}

  /** Runs soon; many calls before that are one run. */
  soon(...chores: readonly Chore[]): void {
    if (this.closed) return;
    for (const chore of chores) this.wanted.add(chore);
    this.running ??= this.runUntilDone();
  }

  /** Does everything there is to do now, and waits for it; what is locked is left for later. */
  async now(): Promise<void> {
    let open: ReadonlySet<Chore> = new Set<Chore>(['route', 'close', 'hand on']);
    for (let round = 0; round < MAX_ROUNDS && open.size > 0; round += 1) {
      const { next, progressed } = await this.run(open);
      if (!progressed) return;
      open = next;
    }
  }

  /** One round of chores; tells which of them have to be done again, and whether anything was done. */
  private async run(chores: ReadonlySet<Chore>): Promise<{ next: Set<Chore>; progressed: boolean }> {
    const next = new Set<Chore>();
    let progressed = false;
    if (chores.has('route')) {
      const routed = await this.router.route();
      this.tell(routed);
      progressed ||= routed.woken.size > 0;
      if (routed.unfinished) next.add('route');
    }
    if (chores.has('close')) {
      const closed = await this.closes.apply();
      this.keep(closed.events);
      for (const workflowId of closed.endedIds) this.hint({ kind: 'ended', workflowId });
      progressed ||= closed.applied > 0;
      if (closed.unfinished) next.add('close');
      // Ending a child sends its outcome, and asks its own children.
      if (closed.events.length > 0) next.add('route').add('close').add('hand on');
    }
    if (chores.has('hand on')) {
      const handedOn = await this.slots.handOn();
      if (handedOn > 0) this.hint({ kind: 'due' });
      progressed ||= handedOn > 0;
    }
    return { next, progressed };
  }

  /** Says who was woken, here and elsewhere. */
  tell(round: RoutingRound): void {
    for (const [workflowId, { claimable }] of round.woken) {
      this.hint(claimable ? { kind: 'due' } : { kind: 'woken', workflowId });
    }
  }

  /** Keeps events until the next poll takes them along. */
  keep(events: readonly LifecycleEvent[]): void {
    this.events.push(...events);
    if (this.events.length > MAX_EVENTS) this.events.splice(0, this.events.length - MAX_EVENTS);
  }

  takeEvents(): readonly LifecycleEvent[] {
    const { events } = this;
    this.events = [];
    return events;
  }

  /** Ends after the run that is under way. */
  async close(): Promise<void> {
    this.closed = true;
    await this.running;
  }

  private async runUntilDone(): Promise<void> {
    // One macrotask later, so that the commits of one turn share a run.
    await new Promise<void>((resolve) => this.core.clock.macrotask(resolve));
    try {
      for (let round = 0; round < MAX_ROUNDS && this.wanted.size > 0 && !this.closed; round += 1) {
        const chores = this.wanted;
        this.wanted = new Set();
        const { next, progressed } = await this.run(chores);
        for (const chore of next) this.wanted.add(chore);
        if (!progressed && next.size > 0) await this.core.database.pause(round);
      }
    } catch (error) {
      this.core.logger.debug('Routing after a commit failed; the next poll does it.', { error: String(error) });
    } finally {
      this.running = undefined;
      this.wanted.clear();
    }
  }
}
