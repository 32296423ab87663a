import type { TerminalStatus } from '../records/index.js';

/** What may go: what ended before an instant, in one of the ways named, so many at a time. @publicApi */
export interface PurgeRequest {
  readonly endedBefore: number;
  /** @default every ending */
  readonly status?: readonly TerminalStatus[];
  readonly limit: number;
}
