import { ClassMetadata, type ProviderTarget } from '../../discovery/index.js';
import type { GraphConfig, GraphConfigOptions } from '../graph-config.js';
import type { WorkflowBuilder } from '../graph.builder.js';
import type { GraphValues } from '../workflow-state.js';

/** @publicApi */
export interface GraphWorkflowOptions<S extends object = GraphValues> {
  /** A positive integer. @default 1 */
  readonly version?: number;
  readonly config?: GraphConfig | GraphConfigOptions;
  /** @default the first method that carries `@Node` */
  readonly entry?: string;
  /** Adds what is no method: edges with conditions, gates, people, agents, other graphs, reducers, ends. */
  readonly edges?: (graph: WorkflowBuilder<S>) => unknown;
  /** Versions whose stored instances this one may go on with. @default none but its own */
  readonly isCompatibleWith?: (version: number) => boolean;
}

/** What `@GraphWorkflow` records. @internal */
export interface GraphMetadata {
  readonly name: string;
  readonly options: GraphWorkflowOptions;
}

/** @internal */
export const GRAPH_METADATA = new ClassMetadata<GraphMetadata>('workflow:graph');

/**
 * Makes a provider a graph: its methods that carry `@Node` are nodes, with whatever the class injects. It is found when the application
 * starts, and wrong use is refused there. Must be a singleton.
 *
 * @example
 * @GraphWorkflow('support', {
 *   edges: (graph) =>
 *     graph
 *       .addNode('review', { humanPrompt: 'Send this? {draft}' })
 *       .addEdge('review', 'send', { condition: (state) => state['human_response'] === 'yes' })
 *       .addEdge('review', 'draft'),
 * })
 * export class SupportGraph {
 *   constructor(private readonly mail: Mail) {}
 *
 *   @Node({ to: 'review' })
 *   draft(state: Readonly<Ticket>) { … }
 *
 *   @Node()
 *   async send(state: Readonly<Ticket>, step: StepContext) { … }
 * }
 *
 * @publicApi
 */
export function GraphWorkflow<S extends object = GraphValues>(name: string, options: GraphWorkflowOptions<S> = {}) {
  return (target: ProviderTarget): void => {
    GRAPH_METADATA.record(target, { name, options: options as unknown as GraphWorkflowOptions });
  };
}
