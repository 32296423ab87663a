export { InstanceReader } from './instance-reader.js';
export { readHealth } from './store-health.js';
