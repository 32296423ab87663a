import type { AuditProgress } from '../audits/audit-progress.js';
import { ProgressView } from './progress-view.js';

/** A line for every tenth part, for logs and pipes. */
export class LineProgressView extends ProgressView {
  private tenths = 0;

  begin(progress: AuditProgress): void {
    this.tenths = tenthsOf(progress);
  }

  show(progress: AuditProgress): void {
    const tenths = tenthsOf(progress);
    if (tenths <= this.tenths) return;
    this.tenths = tenths;
    console.log(`Read ${progress.read} of ${progress.packages} packages, ${progress.review} to review.`);
  }

  end(): void {
    // A line is complete as it is.
  }
}

function tenthsOf({ read, packages }: AuditProgress): number {
  return packages === 0 ? 0 : Math.floor((10 * read) / packages);
}
