import type { LiveSnapshot, MachineEffect } from './machine-step.js';
import type { MachineLike } from './machine-like.js';

/**
 * What goes on as long as a machine is where it is: the delays of its states, and what they invoke. Without the actions of entering them.
 *
 * @internal
 */
export function effectsOfBeing(snapshot: LiveSnapshot, machine: MachineLike): MachineEffect[] {
  const { delays } = machine.implementations as { delays: Readonly<Record<string, Computed>> };
  const args = { context: snapshot.context, event: { type: 'xstate.init' } };
  const computed = (value: Computed): unknown =>
    typeof value === 'function' ? (value as (args: object, params: unknown) => unknown)(args, undefined) : value;
  const effects: MachineEffect[] = [];
  for (const { after, invoke } of activeNodes(snapshot)) {
    const timers = new Map(after.map(({ eventType, delay }) => [eventType, delay]));
    for (const [type, delay] of timers) {
      const given = typeof delay === 'string' && Object.hasOwn(delays, delay) ? delays[delay] : delay;
      effects.push({ kind: 'timer', id: type, delayMs: Number(computed(given)), event: { type } });
    }
    for (const { id, src, input } of invoke) {
      const value = computed(input);
      effects.push({ kind: 'invoke', id, src, ...(value !== undefined && { input: value }) });
    }
  }
  return effects;
}

/** In the order in which they would be entered. */
function activeNodes(snapshot: LiveSnapshot): readonly NodeLike[] {
  const { _nodes: nodes } = snapshot as unknown as { readonly _nodes: readonly NodeLike[] };
  return [...nodes].sort((one, other) => one.order - other.order);
}

interface NodeLike {
  readonly order: number;
  readonly after: readonly { readonly eventType: string; readonly delay: Computed }[];
  readonly invoke: readonly { readonly id: string; readonly src: string; readonly input?: Computed }[];
}

/** A value, or what makes one. */
type Computed = unknown;
