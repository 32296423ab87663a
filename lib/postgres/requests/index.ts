export { CloseRequests } from './close-requests.js';
export { InstanceRequests } from './instance-requests.js';
