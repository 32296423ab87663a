import type { EventBus } from '@nestjs/cqrs';

/**
 * Holds events back until the application's event handlers and sagas listen. They are registered while the application boots, some
 * of them after this process has begun to execute what an earlier one left: an event published before would reach nobody.
 *
 * @internal
 */
export class HandlerGate {
  private waiting: (() => void)[] | undefined = [];

  /** @param bus A bus whose handlers are not registered yet; sagas are registered last. */
  constructor(bus: EventBus) {
    const registerSagas = bus.registerSagas.bind(bus);
    bus.registerSagas = (...sagas) => {
      registerSagas(...sagas);
      this.open();
    };
  }

  /** Does something now, or once the handlers listen; in the order of the calls. */
  pass<T>(action: () => T): T | Promise<T> {
    const { waiting } = this;
    if (waiting === undefined) return action();
    return new Promise<T>((resolve, reject) => {
      waiting.push(() => {
        // Within an executor, so that what the action throws rejects the promise.
        new Promise<T>((settle) => {
          settle(action());
        }).then(resolve, reject);
      });
    });
  }

  /** Lets everything pass. */
  open(): void {
    const waiting = this.waiting ?? [];
    this.waiting = undefined;
    for (const action of waiting) action();
  }
}
