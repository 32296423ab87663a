import type { LifecycleEvent } from '../../../lib/core/lifecycle/index.js';
import type { InstanceRecord } from '../../../lib/core/records/index.js';
import type { FlushResult, FlushUnit, PollResult, RenewResult, ReopenRequest } from '../../../lib/core/store/index.js';
import type { SimulatedRule } from '../../utils/reliability-rules.js';
import type { Effect } from '../engine/ledger.js';
import type { SimProcess } from '../engine/sim-process.js';
import type { World } from '../engine/world.js';
import { EffectRules } from './effect-rules.js';
import { EventRules } from './event-rules.js';
import { RowRules } from './row-rules.js';

/** Looks at everything while it happens and keeps what must never be. */
export class Watch {
  readonly violations: string[] = [];
  readonly rows: RowRules;
  readonly effects: EffectRules;
  readonly events: EventRules;
  /** Instances that a person has asked to go on after their end, or to be forgotten. */
  readonly askedToReopen = new Set<string>();
  readonly askedToDelete = new Set<string>();
  /** Error logs that a scenario expects. */
  expectedErrors: RegExp | undefined;

  constructor(private readonly world: World) {
    this.rows = new RowRules(world, this);
    this.effects = new EffectRules(world, this);
    this.events = new EventRules(world, this);
  }

  violate(rule: SimulatedRule, what: string): void {
    this.violations.push(`${rule}: ${what} (step ${this.world.scheduler.steps}, ${this.world.scheduler.now} ms)`);
  }

  /** After each step of the simulation. */
  look(): void {
    this.rows.look();
  }

  /** A side effect begins. `undefined` when its process is dead: it did not happen. */
  begin(process: SimProcess, effect: Omit<Effect, 'order' | 'at' | 'life' | 'fence'>): Effect | undefined {
    if (!process.isAlive) return undefined;
    return this.effects.begin(process, effect);
  }

  /** Somebody comes up under an id whose process may go on: leases are taken over before they end. */
  onRegister(registering: SimProcess, workerId: string): void {
    const others = this.world.alive.filter((process) => process.options.workerId === workerId);
    const isFirst = others.every((process) => process === registering && !process.engine.worker.status.running);
    if (isFirst) return;
    for (const row of this.world.database.database.instances.all())
      if (row.workerId === workerId) this.effects.takenOver.add(row.id);
  }

  /** What somebody outside asks for has arrived at the store. */
  onPersonalRequest(operation: string, request: unknown): void {
    if (operation === 'reopen') this.askedToReopen.add((request as ReopenRequest).workflowId);
    else if (operation === 'restart') this.askedToReopen.add(request as string);
    else if (operation === 'delete') this.askedToDelete.add(request as string);
  }

  onAnswer(process: SimProcess, operation: string, request: unknown, answer: unknown): void {
    if (operation === 'flush') {
      const units = request as readonly FlushUnit[];
      (answer as readonly FlushResult[]).forEach((result, index) => {
        if ((result.kind === 'applied' || result.kind === 'changed') && result.cancelRequested)
          this.effects.noteCancelSeen(process, (units[index] as FlushUnit).workflowId);
      });
    } else if (operation === 'renew') {
      for (const row of (answer as RenewResult).renewed)
        if (row.cancelRequested) this.effects.noteCancelSeen(process, row.workflowId);
    } else if (operation === 'poll') {
      for (const record of (answer as PollResult).claimed)
        if (record.cancel !== undefined) this.effects.noteCancelSeen(process, record.id);
    }
  }

  onEvent(process: SimProcess, event: LifecycleEvent): void {
    this.events.on(process, event);
  }

  onErrorLog(process: SimProcess, message: string, fields: unknown): void {
    const line = `${message} ${JSON.stringify(fields ?? {})}`;
    if (this.expectedErrors?.test(line) === true) return;
    this.violate('no error is logged', `${process.loop.name}: ${line}`);
  }

  /** What the store holds for an instance, without any journey. */
  record(workflowId: string): InstanceRecord | undefined {
    return this.world.database.database.instances.get(workflowId)?.toRecord();
  }
}
