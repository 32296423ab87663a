import type { ExecutionHost } from './execution-host.js';

/** How long code may wait for something that is not journaled before that is told. */
const STALL_MS = 10_000;

/**
 * Notices code that has asked for nothing and not ended: it waits for a timer, I/O or a promise of its own, which holds its lease
 * and does not survive a crash. Told once.
 *
 * @internal
 */
export class StallWatch {
  private since: number | undefined;
  private isTold = false;

  look(host: ExecutionHost): void {
    const { clock, logger } = host.services;
    const isStalled = host.codeEnd === undefined && host.stop === undefined && !host.calls.hasOutstanding;
    if (!isStalled || this.isTold) {
      this.since = undefined;
      return;
    }
    this.since ??= clock.monotonic();
    if (clock.monotonic() - this.since < STALL_MS) return;
    this.isTold = true;
    logger.warn(
      'The code of a run waits for something outside its context. Put timers and I/O into steps, and waits into ctx.sleep or ctx.waitForSignal.',
      { workflowId: host.record.id, workflow: host.definition.name },
    );
  }
}
