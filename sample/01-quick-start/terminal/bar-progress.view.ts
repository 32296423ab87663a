import { SingleBar } from 'cli-progress';
import type { AuditProgress } from '../audits/audit-progress.js';
import { ProgressView } from './progress-view.js';

/** A bar, for a terminal. */
export class BarProgressView extends ProgressView {
  private readonly bar = new SingleBar({
    format: 'Reading  {bar} {value} of {total} packages, {review} to review',
    barCompleteChar: '█',
    barIncompleteChar: '░',
    hideCursor: true,
    gracefulExit: false,
  });

  begin(progress: AuditProgress): void {
    this.show(progress);
  }

  show({ phase, packages, read, review }: AuditProgress): void {
    if (phase === 'read' && !this.bar.isActive) this.bar.start(packages, read, { review });
    this.bar.update(read, { review });
    if (phase !== 'scan' && phase !== 'read') this.end();
  }

  end(): void {
    if (this.bar.isActive) this.bar.stop();
  }
}
