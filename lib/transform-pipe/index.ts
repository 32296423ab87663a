export { TransformPipe } from './transform-pipe.js';
export type { TransformOptions, TransformPipeOptions, TransformRecovery, TransformStep } from './transform-pipe.js';
