export { HintChannel, type HintChannelOptions } from './hint-channel.js';
export { Outbox } from './outbox.js';
