import type { FlushResult, FlushUnit, Inbox } from '../core/store/index.js';
import { MemoryStore } from '../memory/index.js';

/**
 * Lets nothing be written: whatever a replayed run would do beyond its records ends there. Only the finding that the code does not
 * match is taken, so that it is told.
 *
 * @internal
 */
export class ReplayStore extends MemoryStore {
  override async flush(units: readonly FlushUnit[]): Promise<FlushResult[]> {
    return units.map(({ transition }) =>
      transition?.kind === 'mismatch' ? { kind: 'applied', wakes: 0, cancelRequested: false } : { kind: 'fenced' },
    );
  }

  override async readInboxes(): Promise<Inbox[]> {
    return [];
  }
}
