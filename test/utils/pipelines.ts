import type { Pipeline, PipelineContext } from '../../lib/pipeline/index.js';
import { rejection } from './failures.js';

export { fail, failure } from './failures.js';

/** The error that a pipeline rejects with. */
export function rejected(pipeline: Pipeline, ...args: Parameters<Pipeline['execute']>) {
  return rejection<Error & { stepName: string; context: PipelineContext }>(pipeline.execute(...args));
}
