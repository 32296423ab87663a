export { knownOptions, optionName, refuseUnknownOptions, type KnownOptions } from './known-options.js';
export { callback, duration, flag, limit, oneOf, text, wholeNumber, wholeNumberFault } from './option-readers.js';
