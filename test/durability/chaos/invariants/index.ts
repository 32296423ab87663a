import { check, reported, type Check } from './check.js';
import {
  attemptsAreChargedForFailures,
  effectsRepeatOnlyAfterLosses,
  nothingBeginsAfterTheStop,
  transactionsHappenOnce,
  undoIsTheExactReverse,
} from './effects.js';
import { everyRunEnds } from './ending.js';
import { eventsAreDense, signalsAreConsumedOnce } from './messages.js';
import { oneResult, pastIsRecorded } from './recording.js';
import { limitsHold, timersAreNeverEarly } from './timing.js';

export type { Check } from './check.js';

/** Every invariant, in the order of the list. */
export const CHECKS: readonly Check[] = [
  everyRunEnds,
  oneResult,
  effectsRepeatOnlyAfterLosses,
  transactionsHappenOnce,
  pastIsRecorded,
  nothingBeginsAfterTheStop,
  undoIsTheExactReverse,
  signalsAreConsumedOnce,
  timersAreNeverEarly,
  // By a trigger, at the moment of the write, under the row's lock.
  check('I10', reported('I10')),
  limitsHold,
  eventsAreDense,
  check('I13', reported('I13')),
  check('I14', reported('I14')),
  attemptsAreChargedForFailures,
];
