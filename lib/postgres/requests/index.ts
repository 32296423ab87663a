export { CloseRequests } from './close-requests.js';
export { InstanceRequests } from './instance-requests.js';
export { deleteMachineText, purgeMachinesText } from './machine-deletion-statements.js';
