import type { Execution } from '../core/execution/index.js';
import type { Clock } from '../core/time/index.js';

/** How long executions whose bodies were told to stop may take to hand their lease back. */
const LAST_WRITES_MS = 2_000;

/** Ends executions without losing anything: bodies may end, then they are told to, and leases go back. @internal */
export class Shutdown {
  constructor(
    private readonly clock: Clock,
    private readonly timeoutMs: number,
  ) {}

  async run(executions: ReadonlyMap<string, Execution>, whenIdle: () => Promise<void>): Promise<void> {
    for (const execution of executions.values()) execution.release();
    if (await this.within(this.timeoutMs, whenIdle())) return;
    for (const execution of executions.values()) execution.abandonBodies();
    if (await this.within(LAST_WRITES_MS, whenIdle())) return;
    for (const execution of executions.values()) execution.lose();
  }

  /** Waits for what is on its way, but not long. */
  async waitFor(work: Promise<unknown>): Promise<void> {
    await this.within(LAST_WRITES_MS, work);
  }

  private within(ms: number, done: Promise<unknown>): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = this.clock.schedule(ms, () => {
        resolve(false);
      });
      void done.then(() => {
        timer.cancel();
        resolve(true);
      });
    });
  }
}
