export { AbortScope } from './abort-scope.js';
