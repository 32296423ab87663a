/** What a state machine is in: a name, or an object where states nest or stand side by side. @publicApi */
export type StateValue = string | { readonly [state: string]: StateValue | undefined };

/** An event: what moves a machine, by its type. @publicApi */
export interface MachineEvent {
  readonly type: string;
  readonly [property: string]: unknown;
}

/** What a transition asks of the world, in the order of the machine. Plain data: it is stored with its transition. @internal */
export type MachineEffect =
  | { readonly kind: 'action'; readonly type: string; readonly params?: unknown; readonly context?: unknown }
  | {
      readonly kind: 'timer';
      /** By which it is cancelled, and replaced by the next of the same id; absent: one of its own. */
      readonly id?: string;
      readonly delayMs: number;
      readonly event: MachineEvent;
      readonly to?: string;
    }
  | { readonly kind: 'cancel'; readonly id: string }
  | { readonly kind: 'invoke'; readonly id: string; readonly src: string; readonly input?: unknown }
  | { readonly kind: 'stop'; readonly id: string }
  | { readonly kind: 'send'; readonly to?: string; readonly event: MachineEvent }
  | { readonly kind: 'emit'; readonly event: MachineEvent }
  | { readonly kind: 'log'; readonly value: unknown };

/** An effect as it is stored with its transition: every delay has an id. @internal */
export type StoredEffect = MachineEffect &
  ({ readonly kind: Exclude<MachineEffect['kind'], 'timer'> } | { readonly id: string });

/** As much of a statechart's snapshot as is used here. @internal */
export interface LiveSnapshot {
  readonly value: StateValue;
  readonly context: unknown;
  readonly status: 'active' | 'done' | 'error' | 'stopped';
  readonly output?: unknown;
  readonly error?: unknown;
  readonly tags: ReadonlySet<string>;
  readonly children: Record<string, unknown>;
  can(event: MachineEvent): boolean;
  matches(value: StateValue): boolean;
}

/** A pure transition: where it leads, and what it asks for. @internal */
export interface MachineStep {
  readonly snapshot: LiveSnapshot;
  readonly effects: readonly MachineEffect[];
}
