import type { EngineServices } from '../core/execution/index.js';
import type { LifecycleEvent } from '../core/lifecycle/index.js';
import type { Cancellable } from '../core/time/index.js';

/** @internal */
export interface OutboxRelayOptions {
  readonly workerId: string;
  /** Between two looks when nothing is told. @default 1000 */
  readonly pollIntervalMs: number;
  /** How long instances taken are this relay's alone. @default 10000 */
  readonly leaseMs: number;
  /** Events taken at one time. @default 500 */
  readonly batch: number;
}

/**
 * Publishes stored lifecycle events at least once, in order per instance: taken, handed to every receiver, and only then marked.
 *
 * @internal
 */
export class OutboxRelay {
  private timer: Cancellable | undefined;
  private unsubscribe: Cancellable | undefined;
  private isRunning = false;
  private relaying: Promise<void> | undefined;

  /** @param deliver Hands an event to its receivers; rejecting leaves it unsent, to be tried again. */
  constructor(
    private readonly services: EngineServices,
    private readonly options: OutboxRelayOptions,
    private readonly deliver: (event: LifecycleEvent) => Promise<void> | void = (event) => {
      services.bus.publish(event);
    },
  ) {}

  start(): void {
    if (this.isRunning) return;
    this.isRunning = true;
    this.unsubscribe = this.services.store.onHint(() => {
      this.schedule(0);
    });
    this.schedule(0);
  }

  async stop(): Promise<void> {
    this.isRunning = false;
    this.unsubscribe?.cancel();
    this.timer?.cancel();
    await this.relaying;
  }

  /** Publishes everything that is stored now. */
  async relayOnce(): Promise<number> {
    const { workerId, batch, leaseMs } = this.options;
    const events = await this.services.store.takeOutbox({ workerId, limit: batch, leaseMs });
    const sent: string[] = [];
    const blocked = new Set<string>();
    for (const event of events) {
      // Order per instance: what follows an event that was not delivered waits for it.
      if (blocked.has(event.workflowId)) continue;
      try {
        await this.deliver(event);
        sent.push(event.eventId);
      } catch (error) {
        blocked.add(event.workflowId);
        this.services.logger.warn('A stored event could not be delivered; it is tried again.', {
          eventId: event.eventId,
          error: String(error),
        });
      }
    }
    if (sent.length > 0) await this.services.store.settleOutbox(sent);
    return sent.length;
  }

  private schedule(inMs: number): void {
    if (!this.isRunning || this.relaying !== undefined) return;
    this.timer?.cancel();
    this.timer = this.services.clock.schedule(
      inMs,
      () => {
        this.relaying = this.round().finally(() => {
          this.relaying = undefined;
          this.schedule(this.options.pollIntervalMs);
        });
      },
      { unref: true },
    );
  }

  private async round(): Promise<void> {
    try {
      while (this.isRunning && (await this.relayOnce()) > 0);
    } catch (error) {
      // The store is asked again at the next interval.
      this.services.logger.warn('Stored events could not be relayed.', { error: String(error) });
    }
  }
}
