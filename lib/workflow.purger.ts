import type { WorkflowClient } from './client/index.js';
import type { WorkflowLogger } from './core/lifecycle/index.js';
import type { Cancellable, Clock } from './core/time/index.js';
import type { ResolvedPurge } from './workflow.options.js';

/**
 * Deletes ended instances by age, again and again. Every process may do so: what one has deleted, another does not find.
 *
 * @internal
 */
export class WorkflowPurger {
  private timer: Cancellable | undefined;
  private running = Promise.resolve();
  private stopped = true;

  constructor(
    private readonly client: WorkflowClient,
    private readonly clock: Clock,
    private readonly logger: WorkflowLogger,
    private readonly options: ResolvedPurge,
  ) {}

  start(): void {
    this.stopped = false;
    this.schedule();
  }

  /** Resolves once a purge under way has ended. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.timer?.cancel();
    await this.running;
  }

  private schedule(): void {
    this.timer = this.clock.schedule(
      this.options.everyMs,
      () => {
        this.running = this.purge().finally(() => {
          if (!this.stopped) this.schedule();
        });
      },
      { unref: true },
    );
  }

  private async purge(): Promise<void> {
    const { olderThanMs, status } = this.options;
    try {
      const { deleted } = await this.client.purge({ olderThan: olderThanMs, ...(status !== undefined && { status }) });
      if (deleted > 0) this.logger.info('Deleted ended workflow instances by age.', { deleted });
    } catch (error) {
      // The next turn tries again; old rows harm nobody meanwhile.
      this.logger.warn('Ended workflow instances could not be deleted.', { error: String(error) });
    }
  }
}
