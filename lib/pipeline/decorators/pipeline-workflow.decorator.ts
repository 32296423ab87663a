import { ClassMetadata, type ProviderTarget } from '../../discovery/index.js';
import type { PipelineOptions } from '../pipeline.definition.js';

/** What `@PipelineWorkflow` records. @internal */
export interface PipelineMetadata {
  readonly name: string;
  readonly options: PipelineWorkflowOptions;
}

/** @publicApi */
export type PipelineWorkflowOptions = Omit<PipelineOptions, 'checkpointStore'>;

/** @internal */
export const PIPELINE_METADATA = new ClassMetadata<PipelineMetadata>('workflow:pipeline');

/**
 * Makes a provider a pipeline: its methods that carry `@Step` are the steps, in their order, with whatever the class injects. It is
 * found when the application starts, and wrong use is refused there. Must be a singleton.
 *
 * @example
 * @PipelineWorkflow('pricing')
 * export class PricingPipeline {
 *   constructor(private readonly catalogue: Catalogue) {}
 *
 *   @Step()
 *   validate(context: PipelineContext) { … }
 *
 *   @Step({ dependencies: ['validate'], timeout: '5s' })
 *   price(context: PipelineContext) { … }
 * }
 *
 * @publicApi
 */
export function PipelineWorkflow(name: string, options: PipelineWorkflowOptions = {}) {
  return (target: ProviderTarget): void => {
    PIPELINE_METADATA.record(target, { name, options });
  };
}
