import type { SignalSeed } from '../core/records/index.js';

const SEPARATOR = '|';

/**
 * The stored id of a signal whose id the caller chose: one id counts once per name and addressee, so that one event may cause two
 * different signals under its own id.
 *
 * @internal
 */
export function scopedSignalId(id: string, target: Pick<SignalSeed, 'name' | 'workflowId'>): string {
  return [escape(target.name), escape(target.workflowId ?? ''), id].join(SEPARATOR);
}

/** The id as its sender knows it. @internal */
export function givenSignalId(stored: string): string {
  return /^[^|]*\|[^|]*\|(.+)$/s.exec(stored)?.[1] ?? stored;
}

function escape(part: string): string {
  return part.replaceAll('%', '%25').replaceAll(SEPARATOR, '%7C');
}
