export { HintChannel, type HintChannelOptions } from './hint-channel.js';
export { Outbox, outboxId } from './outbox.js';
