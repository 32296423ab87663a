export { FlushWriter } from './flush-writer.js';
export { leaseOf } from './instance-seed.rows.js';
export { InstanceStarter } from './instance-starter.js';
