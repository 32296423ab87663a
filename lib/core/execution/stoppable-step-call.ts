import type { AbortScope } from '../cancellation/index.js';
import type { StepContext } from '../definition/index.js';
import type { EntryData, JournalEntry } from '../records/index.js';
import type { CallHost } from './call-host.js';
import { StepCall, type ResolvedStep } from './step-call.js';

/** The record of a step that was stopped by itself. */
const STOPPED: EntryData = { stopped: true };
/** Of one that an earlier owner may have begun. */
const STOPPED_SOMEWHERE: EntryData = { stopped: true, uncertain: true };

/**
 * A step that the code may stop while the run goes on. Its end is recorded as that of any other, and so a replay stops it at the same
 * place; a step that has not begun by then never does, and one that waits for its next attempt has had its last.
 *
 * @internal
 */
export class StoppableStepCall extends StepCall {
  constructor(
    name: string,
    calledAt: number,
    step: string,
    options: ResolvedStep,
    body: (context: StepContext) => unknown,
    private readonly scope: AbortScope,
  ) {
    super(name, calledAt, step, options, body);
  }

  override begin(host: CallHost): void {
    if (this.scope.aborted) this.stop(host);
    else super.begin(host);
  }

  protected override scopeOf(): AbortScope {
    return this.scope;
  }

  protected override waitFor(host: CallHost, marker: JournalEntry, dueAt: number): void {
    super.waitFor(host, marker, dueAt);
    this.scope.onAbort(() => {
      // Else it was due, and is about to begin, where it is stopped as well.
      if (host.desk.remove(marker.name)) host.requeue(this);
    });
  }

  protected override fail(
    host: CallHost,
    error: unknown,
    status: 'failed' | 'timed_out' | 'cancelled',
    attempts: number,
    data = status === 'cancelled' && !host.scope.aborted ? STOPPED : undefined,
  ): void {
    super.fail(host, error, status, attempts, data);
  }

  /** No body of it runs here, but one may have run where it was executed before. */
  private stop(host: CallHost): void {
    const attempts = host.journal.latestRetry(this.name)?.attempts ?? 0;
    this.fail(host, this.scope.reason, 'cancelled', attempts, this.wasBegunBefore(host) ? STOPPED_SOMEWHERE : STOPPED);
  }
}
