export { isThenable } from './is-thenable.js';
export { MAX_IDENTIFIER_LENGTH, requireIdentifier } from './identifiers.js';
export { knownOptions, optionName, refuseUnknownOptions, type KnownOptions } from './known-options.js';
export { nearest } from './nearest.js';
export { OptionRules, type ReadOptions } from './option-rules.js';
export {
  callback,
  duration,
  flag,
  limit,
  oneOf,
  requireCallback,
  requireMethods,
  text,
  wholeNumber,
  wholeNumberFault,
} from './option-readers.js';
