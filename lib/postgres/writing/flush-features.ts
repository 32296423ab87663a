import type { FlushUnit } from '../../core/store/index.js';
import { writesInstance } from './transition-values.js';

/** What at least one unit of a flush asks for; decides which clauses its statement has. @internal */
export interface FlushFeatures {
  /** One letter for each, to name the statement by. */
  readonly code: string;
  /** Conditions on the row beside the fence. */
  readonly expects: boolean;
  /** A change of the instance row. */
  readonly writes: boolean;
  /** Waits that may be registered and end with the generation. */
  readonly drops: boolean;
  /** A signal taken out of the inbox. */
  readonly consumes: boolean;
  /** A child under an id that somebody chose. */
  readonly guarded: boolean;
}

/** @internal */
export function featuresOf(units: readonly FlushUnit[]): FlushFeatures {
  let expects = false;
  let writes = false;
  let drops = false;
  let consumes = false;
  let guarded = false;
  for (const unit of units) {
    const { transition } = unit;
    expects ||= unit.expect !== undefined;
    writes ||= writesInstance(unit);
    drops ||= unit.waitless !== true && (transition?.kind === 'end' || transition?.kind === 'continue');
    guarded ||= unit.children?.some((child) => child.seed.idGiven) === true;
    if (!consumes) for (const entry of unit.entries) consumes ||= entry.signalId !== undefined;
  }
  const code = `${expects ? 'x' : ''}${writes ? 't' : ''}${drops ? 'd' : ''}${consumes ? 'c' : ''}${guarded ? 'g' : ''}`;
  return { code, expects, writes, drops, consumes, guarded };
}
