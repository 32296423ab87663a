export { InboxReader, KEYS, keyRows, type InstanceKey } from './inbox-reader.js';
export { SignalPoster } from './signal-poster.js';
export { SignalRouter, type RoutingRound } from './signal-router.js';
