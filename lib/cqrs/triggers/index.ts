export type { EventClass, FromEvent } from './event-class.interface.js';
export { SignalOn } from './signal-on.decorator.js';
export type { SignalOnOptions } from './signal-on-options.interface.js';
export { StartOn } from './start-on.decorator.js';
export type { StartOnOptions } from './start-on-options.interface.js';
export type { Trigger } from './trigger.interface.js';
export { TriggerPublisher } from './trigger.publisher.js';
export { hasTriggers, triggersOf } from './triggers-of.js';
