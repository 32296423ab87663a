/** What a worker is doing. @publicApi */
export interface WorkerStatus {
  readonly running: boolean;
  /** Its stable id, once started. */
  readonly id: string | undefined;
  /** Instances being executed. */
  readonly executing: number;
  /** Suspended instances kept in memory. */
  readonly warm: number;
}
