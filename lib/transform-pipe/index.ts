export { TransformPipe } from './transform-pipe.js';
export type { TransformOptions, TransformRecovery, TransformStep } from './transform-pipe.js';
