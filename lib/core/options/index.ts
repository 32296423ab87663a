export { knownOptions, optionName, refuseUnknownOptions, type KnownOptions } from './known-options.js';
export { callback, duration, flag, limit, oneOf, text, wholeNumber } from './option-readers.js';
