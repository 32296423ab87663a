/**
 * Where an instance stands. Persisted, exported and documented: never renamed.
 *
 * `pending` was never claimed · `running` may be executed now · `suspended` waits for signals, timers or children ·
 * `compensating` undoes completed steps · `quarantined` needs a person or a new build (not terminal) · the rest are terminal.
 *
 * @publicApi
 */
export type InstanceStatus =
  | 'pending'
  | 'running'
  | 'suspended'
  | 'compensating'
  | 'completed'
  | 'failed'
  | 'cancelled'
  | 'compensation_failed'
  | 'quarantined';

/** A status that never changes again without a person's `retry` or `restart`. @publicApi */
export type TerminalStatus = 'completed' | 'failed' | 'cancelled' | 'compensation_failed';

/** Every instance status, in the order of a life. @publicApi */
export const INSTANCE_STATUSES: readonly InstanceStatus[] = Object.freeze([
  'pending',
  'running',
  'suspended',
  'compensating',
  'completed',
  'failed',
  'cancelled',
  'compensation_failed',
  'quarantined',
]);

/** Those that are ends. @internal */
export const TERMINAL_STATUSES: readonly TerminalStatus[] = Object.freeze([
  'completed',
  'failed',
  'cancelled',
  'compensation_failed',
]);

const TERMINAL: ReadonlySet<InstanceStatus> = new Set(TERMINAL_STATUSES);

/** Tells whether an instance in this status has ended. @publicApi */
export function isTerminal(status: InstanceStatus): status is TerminalStatus {
  return TERMINAL.has(status);
}
