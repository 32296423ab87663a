import type { Cancellable, Clock } from '../../core/time/index.js';

/**
 * Whether other processes listen. A process that begins to listen asks who is there, and whoever hears that says something; so of two
 * that listen each has heard the other. Who hears nothing is alone, and spares the server what nobody would hear.
 *
 * @internal
 */
export class Company {
  /** Presumed until a question was answered by nobody. */
  isThere = true;
  private heardAt: number | undefined;
  private patience: Cancellable | undefined;

  /** @param answerMs How long an answer may take. */
  constructor(
    private readonly clock: Clock,
    private readonly answerMs: number,
  ) {}

  /** Another process has said something. */
  hear(): void {
    this.isThere = true;
    this.heardAt = this.clock.monotonic();
    this.patience?.cancel();
    this.patience = undefined;
  }

  /** This process listens anew, and may have missed what others have said. */
  presume(): void {
    this.isThere = true;
  }

  /** Whether to ask: nobody was heard for long. Who is alone hears of whoever comes. */
  isDoubtful(silenceMs: number): boolean {
    const { heardAt } = this;
    return this.isThere && (heardAt === undefined || this.clock.monotonic() - heardAt >= silenceMs);
  }

  /** Everybody who listens was asked. */
  noteAsked(): void {
    this.patience?.cancel();
    this.patience = this.clock.schedule(
      this.answerMs,
      () => {
        this.isThere = false;
      },
      { unref: true },
    );
  }

  close(): void {
    this.patience?.cancel();
  }
}
