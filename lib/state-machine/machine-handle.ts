import type { Observable } from 'rxjs';
import type { EventOf } from './logic/machine-like.js';
import type { MachineEvent } from './logic/machine-step.js';
import type { StateHistoryPage, StateMachineSnapshot } from './machine-view.js';
import type { HistoryOptions, SendOptions, WaitForOptions } from './state-machine-options.interface.js';

/** What a handle asks its service for. @internal */
export interface MachineOperations {
  send<M>(id: string, trigger: string | MachineEvent, options?: SendOptions): Promise<StateMachineSnapshot<M>>;
  can(id: string, trigger: string | MachineEvent): Promise<boolean>;
  snapshot<M>(id: string): Promise<StateMachineSnapshot<M>>;
  history(id: string, options?: HistoryOptions): Promise<StateHistoryPage>;
  waitFor<M>(
    id: string,
    predicate: (snapshot: StateMachineSnapshot<M>) => boolean,
    options?: WaitForOptions,
  ): Promise<StateMachineSnapshot<M>>;
  subscribe<M>(id: string): Observable<StateMachineSnapshot<M>>;
}

/** One machine, typed by what it was created from. @publicApi */
export class StateMachineHandle<M = unknown> {
  /** @internal */
  constructor(
    private readonly service: MachineOperations,
    readonly id: string,
    /** False when the id had a machine already. */
    readonly created: boolean,
  ) {}

  /** @throws as `StateMachineService.send` does */
  send(event: EventOf<M>, options: Omit<SendOptions, 'payload'> = {}): Promise<StateMachineSnapshot<M>> {
    return this.service.send<M>(this.id, event as never, options);
  }

  can(event: EventOf<M>): Promise<boolean> {
    return this.service.can(this.id, event as never);
  }

  snapshot(): Promise<StateMachineSnapshot<M>> {
    return this.service.snapshot<M>(this.id);
  }

  history(options: HistoryOptions = {}): Promise<StateHistoryPage> {
    return this.service.history(this.id, options);
  }

  waitFor(
    predicate: (snapshot: StateMachineSnapshot<M>) => boolean,
    options: WaitForOptions = {},
  ): Promise<StateMachineSnapshot<M>> {
    return this.service.waitFor<M>(this.id, predicate, options);
  }

  subscribe(): Observable<StateMachineSnapshot<M>> {
    return this.service.subscribe<M>(this.id);
  }
}
