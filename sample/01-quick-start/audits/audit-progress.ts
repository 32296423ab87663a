/** How far an audit is. Shown as the instance's custom status, and emitted for whoever watches. */
export interface AuditProgress {
  readonly phase: 'scan' | 'read' | 'review' | 'report' | 'done';
  readonly packages: number;
  readonly read: number;
  /** How many packages a person has to look at. */
  readonly review: number;
}

export const NO_PROGRESS: AuditProgress = { phase: 'scan', packages: 0, read: 0, review: 0 };
