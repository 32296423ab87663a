export { noDispatcher } from './local-dispatcher.js';
export type { LocalDispatcher } from './local-dispatcher.js';
