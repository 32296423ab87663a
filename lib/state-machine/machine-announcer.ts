import type { EngineServices } from '../core/execution/index.js';
import { runOutsideSteps } from '../core/execution/index.js';
import type { DecidedTransition } from './decided-transition.js';
import type { MachineEvent } from './logic/machine-step.js';
import type { MachineState } from './machine-state.js';
import { transitionEvent } from './transition-event.js';

type Listener = (state: MachineState) => void;
type EmittedListener = (event: MachineEvent) => void;

/** Tells of transitions after their commit: listeners here at once, the event bus where no outbox does it, and other processes by a hint. @internal */
export class MachineAnnouncer {
  private readonly listeners = new Map<string, Set<Listener>>();
  private readonly emittedListeners = new Map<string, Set<EmittedListener>>();

  constructor(private readonly services: EngineServices) {}

  listen(id: string, listener: Listener): () => void {
    return add(this.listeners, id, listener);
  }

  listenToEmitted(id: string, listener: EmittedListener): () => void {
    return add(this.emittedListeners, id, listener);
  }

  announce(decided: DecidedTransition): void {
    const { bus, store, logger, options } = this.services;
    const { next, effects } = decided;
    const { id, plan } = next;
    runOutsideSteps(() => {
      for (const effect of effects.told) {
        if (effect.kind === 'log')
          logger.info(`The state machine "${plan.name}" logged.`, { machine: id, value: effect.value });
        else for (const listener of this.emittedListeners.get(id) ?? []) listener(effect.event);
      }
      for (const listener of [...(this.listeners.get(id) ?? [])]) listener(next);
      if (!options.outbox) bus.publish(Object.assign(transitionEvent(decided), { at: next.at }));
      // Not `woken`: that would make every worker poll.
      store.hint({ kind: 'ended', workflowId: id });
    });
  }
}

function add<T>(all: Map<string, Set<T>>, id: string, listener: T): () => void {
  const listeners = all.get(id) ?? new Set<T>();
  all.set(id, listeners.add(listener));
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0 && all.get(id) === listeners) all.delete(id);
  };
}
