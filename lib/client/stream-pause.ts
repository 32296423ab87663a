import type { Cancellable, Clock } from '../core/time/index.js';
import type { HintListener, InstanceHint, InstanceHints } from './instance-hints.js';

/** Pause between two looks while nothing is heard; doubled up to the maximum, short again after a hint or an item. */
const FIRST_PAUSE_MS = 50;
const MAX_PAUSE_MS = 1_000;

/** The pause between two looks of one stream's reader: shortened by hints, ended for good by whoever reads. @internal */
export class StreamPause implements HintListener {
  isEnded = false;
  private nextMs = FIRST_PAUSE_MS;
  private currentMs = 0;
  private timer: Cancellable | undefined;
  private resume: (() => void) | undefined;
  private isListening = false;

  constructor(
    private readonly clock: Clock,
    private readonly hints: InstanceHints,
    private readonly workflowId: string,
    private readonly signal: AbortSignal | undefined,
  ) {
    this.isEnded = signal?.aborted === true;
    if (!this.isEnded) signal?.addEventListener('abort', this.end, { once: true });
  }

  /** Something was read: the next pause is short again. */
  shorten(): void {
    this.nextMs = FIRST_PAUSE_MS;
  }

  async wait(): Promise<void> {
    if (this.isEnded) return;
    if (!this.isListening) this.hints.listen(this.workflowId, this);
    this.isListening = true;
    await new Promise<void>((resolve) => {
      this.resume = resolve;
      this.arm(this.nextMs);
      this.nextMs = Math.min(this.nextMs * 2, MAX_PAUSE_MS);
    });
    this.resume = undefined;
  }

  readonly end = (): void => {
    this.isEnded = true;
    this.timer?.cancel();
    if (this.isListening) this.hints.leave(this.workflowId, this);
    this.isListening = false;
    this.signal?.removeEventListener('abort', this.end);
    this.resume?.();
  };

  hear(hint: InstanceHint): void {
    this.shorten();
    if (this.resume === undefined) return;
    if (hint === 'ended') this.arm(0);
    // Progress is heard of before it is stored, and may come fast: look soon, not at once and not for each item.
    else if (this.currentMs > FIRST_PAUSE_MS) this.arm(FIRST_PAUSE_MS);
  }

  private arm(pauseMs: number): void {
    this.timer?.cancel();
    this.currentMs = pauseMs;
    this.timer = this.clock.schedule(pauseMs, () => this.resume?.());
  }
}
