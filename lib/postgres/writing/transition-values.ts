import type { FlushUnit, InstanceTransition } from '../../core/store/index.js';

/**
 * What a unit does to its instance row, flat, so that one UPDATE serves every kind of transition. Absent fields leave the
 * column as it is.
 *
 * @internal
 */
export interface TransitionValues {
  readonly status?: string;
  /** The lease ends. */
  readonly leaves: boolean;
  /** With `leaves`: when the instance is to be looked at again. */
  readonly due: 'none' | 'now' | 'at';
  readonly dueAt?: number;
  readonly ends: boolean;
  readonly output?: string;
  readonly error?: string;
  readonly continues: boolean;
  readonly input?: string;
  readonly inputHash?: string;
  readonly seed?: string;
  readonly mismatchedBuild?: string;
  readonly quarantinedFor?: string;
  /** Consecutive crashes are over. */
  readonly calm: boolean;
}

const NOTHING: TransitionValues = { leaves: false, due: 'none', ends: false, continues: false, calm: false };

/** @internal */
export function transitionValues(transition: InstanceTransition | undefined): TransitionValues {
  switch (transition?.kind) {
    case undefined:
      return NOTHING;
    case 'suspend':
      return {
        ...NOTHING,
        status: transition.status,
        leaves: true,
        calm: true,
        // Rounded up: an instant is never reached early.
        ...(transition.dueAt === undefined ? {} : { due: 'at', dueAt: Math.ceil(transition.dueAt) }),
      };
    case 'compensate':
      return { ...NOTHING, status: 'compensating' };
    case 'end':
      return {
        ...NOTHING,
        status: transition.status,
        leaves: true,
        ends: true,
        calm: true,
        ...(transition.output === undefined ? {} : { output: transition.output }),
        ...(transition.error === undefined ? {} : { error: transition.error }),
      };
    case 'continue':
      return {
        ...NOTHING,
        status: 'running',
        continues: true,
        calm: true,
        inputHash: transition.inputHash,
        seed: transition.seed,
        ...(transition.input === undefined ? {} : { input: transition.input }),
      };
    case 'release':
      return { ...NOTHING, leaves: true, due: 'now' };
    case 'mismatch':
      return { ...NOTHING, leaves: true, due: 'now', mismatchedBuild: transition.buildId, error: transition.error };
    case 'quarantine':
      return { ...NOTHING, status: 'quarantined', leaves: true, quarantinedFor: 'person', error: transition.error };
  }
}

/** Whether the unit writes the instance row at all; a unit of entries alone only locks it. @internal */
export function writesInstance(unit: FlushUnit): boolean {
  return unit.transition !== undefined || unit.customStatus !== undefined || (unit.events?.length ?? 0) > 0;
}
