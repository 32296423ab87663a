export { WaitDesk } from './wait-desk.js';
export type { OpenCondition, OpenWait, ReadSignal } from './wait-desk.js';
