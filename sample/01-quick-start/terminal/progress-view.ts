import type { AuditProgress } from '../audits/audit-progress.js';

/** Shows on the terminal how far the audit is. */
export abstract class ProgressView {
  /** Begins with what was reached before, which is not told again. */
  abstract begin(progress: AuditProgress): void;
  abstract show(progress: AuditProgress): void;
  /** Makes room for other output. */
  abstract end(): void;
}
