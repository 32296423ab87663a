import { Observable } from 'rxjs';
import { StateError, WorkflowResultTimeoutError } from '../core/errors/index.js';
import { AbortScope } from '../core/cancellation/index.js';
import type { Cancellable } from '../core/time/index.js';
import { stateText } from './logic/state-text.js';
import type { MachineState } from './machine-state.js';
import type { StateMachineEngine } from './state-machine.engine.js';

/** How often a machine is looked at that other processes may move; transitions made here are noticed at once. */
const POLL_MS = 1_000;

/** Watches one machine: by what this process does, by hints of others, and by looking again and again. @internal */
export class MachineWatch {
  private readonly stops: (() => void)[] = [];
  private timer: Cancellable | undefined;
  private seen = 0;
  private looking = false;
  private again = false;
  private stopped = false;

  constructor(
    private readonly engine: StateMachineEngine,
    private readonly id: string,
    /** Called for each version at most once, in order; versions that pass quickly may be left out. */
    private readonly onState: (state: MachineState) => void,
    private readonly onError: (error: unknown) => void,
  ) {}

  start(): void {
    const { services, announcer } = this.engine;
    this.stops.push(announcer.listen(this.id, (state) => this.show(state)));
    const hints = services.store.onHint((hint) => {
      if (hint.kind === 'ended' && hint.workflowId === this.id) void this.look();
    });
    this.stops.push(() => hints.cancel());
    void this.look();
  }

  stop(): void {
    this.stopped = true;
    this.timer?.cancel();
    for (const stop of this.stops) stop();
  }

  private show(state: MachineState): void {
    if (this.stopped || state.version <= this.seen) return;
    this.seen = state.version;
    this.onState(state);
  }

  private async look(): Promise<void> {
    if (this.looking) {
      this.again = true;
      return;
    }
    this.looking = true;
    try {
      do {
        this.again = false;
        this.show(await this.engine.reader.load(this.id));
      } while (this.again && !this.stopped);
    } catch (error) {
      if (!this.stopped) this.onError(error);
    } finally {
      this.looking = false;
    }
    if (this.stopped) return;
    this.timer?.cancel();
    this.timer = this.engine.services.clock.schedule(POLL_MS, () => void this.look(), { unref: true });
  }
}

/**
 * Waits until a machine is as the predicate wants it.
 *
 * @throws StateError when it has ended otherwise; WorkflowResultTimeoutError; WorkflowNotFoundError; the signal's reason; what the predicate
 * throws
 * @internal
 */
export function waitForState(
  engine: StateMachineEngine,
  id: string,
  predicate: (state: MachineState) => boolean,
  { timeoutMs, signal }: { readonly timeoutMs?: number; readonly signal?: AbortSignal },
): Promise<MachineState> {
  return new Promise((resolve, refuse) => {
    // What listeners and predicates throw reaches the caller as it is.
    const reject = refuse as (reason: unknown) => void;
    const scope = new AbortScope();
    const settle = (act: () => void): void => {
      timer?.cancel();
      scope.dispose();
      watch.stop();
      act();
    };
    const watch = new MachineWatch(
      engine,
      id,
      (state) => {
        try {
          if (predicate(state)) settle(() => resolve(state));
          // Nothing moves it any more.
          else if (state.snapshot.status !== 'active') settle(() => reject(endedOtherwise(state)));
        } catch (error) {
          settle(() => reject(error));
        }
      },
      (error) => settle(() => reject(error)),
    );
    const timer =
      timeoutMs === undefined
        ? undefined
        : engine.services.clock.schedule(timeoutMs, () =>
            settle(() => reject(new WorkflowResultTimeoutError({ workflowId: id, timeoutMs, awaited: 'state' }))),
          );
    if (signal !== undefined) {
      scope.onAbort((reason) => settle(() => reject(reason)));
      scope.follow(signal);
      if (scope.aborted) {
        settle(() => reject(scope.reason));
        return;
      }
    }
    watch.start();
  });
}

function endedOtherwise({ id, snapshot: { value, status } }: MachineState): StateError {
  return new StateError(
    `The state machine "${id}" has ended in "${stateText(value)}" with the status "${status}", and never became what waitFor waits for. Let the predicate also take the states it ends in, or its status.`,
  );
}

/** How a machine stands and comes to stand, until it has ended; each subscriber watches by itself. @internal */
export function statesOf<T>(engine: StateMachineEngine, id: string, toView: (state: MachineState) => T): Observable<T> {
  return new Observable((subscriber) => {
    const watch = new MachineWatch(
      engine,
      id,
      (state) => {
        subscriber.next(toView(state));
        if (state.snapshot.status !== 'active') subscriber.complete();
      },
      (error) => subscriber.error(error),
    );
    watch.start();
    return () => watch.stop();
  });
}
