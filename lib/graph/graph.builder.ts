import { readOptional } from '../core/definition/index.js';
import { WorkflowDefinitionError, WorkflowOptionsError } from '../core/errors/index.js';
import { callback, knownOptions, refuseUnknownOptions, requireCallback } from '../core/options/index.js';
import { GraphConfig, isConfig, type GraphConfigOptions } from './graph-config.js';
import { WorkflowEngine } from './graph.definition.js';
import type { WorkflowEngineOptions } from './graph-engine-options.js';
import { buildNode, type AddNodeOptions } from './node-of-options.js';
import { FunctionNode, type NodeFunction } from './nodes/function-node.js';
import { GateNode, type GateRoutes } from './nodes/gate-node.js';
import { AbstractWorkflowNode, type NodeOptions } from './nodes/workflow-node.js';
import { WorkflowEdge, type StateCondition, type WorkflowEdgeOptions } from './workflow-edge.js';
import type { GraphValues, StateReducer } from './workflow-state.js';

/** @publicApi */
export type WorkflowBuilderOptions = Pick<WorkflowEngineOptions, 'config' | 'version' | 'target' | 'isCompatibleWith'>;

/** @publicApi */
export interface TerminalOptions<S extends object = GraphValues> {
  /** Ends the graph only when it holds; otherwise the edges lead on. @default always */
  readonly condition?: StateCondition<S> | null;
}

const BUILDER = knownOptions<WorkflowBuilderOptions>({
  config: true,
  version: true,
  target: true,
  isCompatibleWith: true,
});
const EDGE = knownOptions<WorkflowEdgeOptions>({ condition: true, label: true, isParallel: true });
const TERMINAL = knownOptions<TerminalOptions>({ condition: true });

/**
 * Puts a graph together.
 *
 * @typeParam S The state, for nodes and conditions that know its values.
 * @example
 * const engine = new WorkflowBuilder<{ input: string; draft: string; ok: boolean }>('letters')
 *   .addNode('draft', ({ input }) => ({ draft: write(input) }))
 *   .addNode('review', ({ draft }) => ({ ok: isFine(draft) }))
 *   .addEdge('draft', 'review')
 *   .addEdge('review', 'draft', { condition: ({ ok }) => !ok, label: 'again' })
 *   .setEntry('draft')
 *   .setTerminal('review', { condition: ({ ok }) => ok })
 *   .build();
 *
 * @publicApi
 */
export class WorkflowBuilder<S extends object = GraphValues> {
  private readonly nodes = new Map<string, AbstractWorkflowNode<S>>();
  private readonly edges: WorkflowEdge<S>[] = [];
  private readonly terminals = new Map<string, StateCondition<S> | undefined>();
  private readonly reducers = new Map<string, StateReducer>();
  private readonly options: WorkflowBuilderOptions;
  private config: GraphConfig | undefined;
  private entry = '';

  constructor(
    readonly name: string,
    ...given: readonly [
      config?: GraphConfig | GraphConfigOptions | WorkflowBuilderOptions | null,
      version?: number | WorkflowBuilderOptions,
      options?: WorkflowBuilderOptions,
    ]
  ) {
    const [config, ...others] = given;
    const first = isConfig(config) ? new GraphConfig(config) : config;
    this.options = readOptional<WorkflowBuilderOptions>(['config', 'version'], [first, ...others]);
    refuseUnknownOptions(this.options, BUILDER, `graph "${name}"`);
    const { config: own } = this.options;
    this.config = own == null ? undefined : GraphConfig.of(own);
  }

  /**
   * Adds a node: a function, a node that was made already, or what it is to be made of.
   *
   * @throws WorkflowDefinitionError for a name that is taken, and unless it is said exactly once what the node is
   */
  addNode(
    name: string,
    node: NodeFunction<S> | AbstractWorkflowNode<S> | AddNodeOptions<S>,
    options?: NodeOptions,
  ): this {
    if (this.nodes.has(name))
      throw new WorkflowDefinitionError(
        `Two nodes of the graph "${this.name}" are called "${name}". Give each a name of its own.`,
      );
    this.nodes.set(name, this.nodeOf(name, node, options));
    return this;
  }

  /** Adds a node that only routes, with an edge for each of its routes. @throws as {@link addNode} and {@link addEdge} do */
  addGate(name: string, routes: GateRoutes<S>): this {
    if (typeof routes !== 'object' || (routes as unknown) === null || Array.isArray(routes)) {
      const expected = 'an object with a condition for each node that it may lead to';
      throw new WorkflowOptionsError({
        option: `routes of gate "${name}" of graph "${this.name}"`,
        value: routes,
        expected,
      });
    }
    this.addNode(name, new GateNode<S>(name, { routes }));
    for (const [target, condition] of Object.entries(routes)) this.addEdge(name, target, { condition });
    return this;
  }

  /** Leads from one node to another. Several edges that hold make branches, in this order. */
  addEdge(source: string, target: string, options: WorkflowEdgeOptions<S> | StateCondition<S> = {}): this {
    const given = typeof options === 'function' ? { condition: options } : options;
    refuseUnknownOptions(given, EDGE, `edge "${source}" → "${target}" of graph "${this.name}"`);
    this.edges.push(new WorkflowEdge<S>(source, target, given));
    return this;
  }

  /** Says where to begin. */
  setEntry(node: string): this {
    this.entry = node;
    return this;
  }

  /** Says where to end. The whole graph ends there, once the branches beside it have been merged. */
  setTerminal(node: string, options: TerminalOptions<S> | StateCondition<S> = {}): this {
    const given = typeof options === 'function' ? { condition: options } : options;
    refuseUnknownOptions(given, TERMINAL, `terminal "${node}" of graph "${this.name}"`);
    const place = `terminal "${node}" of graph "${this.name}"`;
    this.terminals.set(node, callback(given.condition ?? undefined, `condition of ${place}`, '(state) => boolean'));
    return this;
  }

  /** Says how what nodes add under a key is merged: called for each, in the order of the edges. @default the last one wins */
  setReducer<K extends keyof S & string>(key: K, reducer: (current: S[K] | undefined, added: S[K]) => S[K]): this {
    const option = `reducer of "${key}" of graph "${this.name}"`;
    this.reducers.set(key, requireCallback(reducer, option, '(current, added) => value') as StateReducer);
    return this;
  }

  /** Takes the place of the configuration. */
  configure(config: GraphConfig | GraphConfigOptions): this {
    this.config = GraphConfig.of(config);
    return this;
  }

  /** Unless it is said where to end: where no edge leads on. @internal */
  endWhereNothingLeads(): this {
    if (this.terminals.size > 0) return this;
    const sources = new Set(this.edges.map(({ source }) => source));
    for (const name of this.nodes.keys()) if (!sources.has(name)) this.setTerminal(name);
    return this;
  }

  /** @throws GraphValidationError when the graph is not put together rightly */
  build(): WorkflowEngine<S> {
    const { config, reducers, options } = this;
    const engine = new WorkflowEngine<S>(this.name, this.nodes, this.edges, this.entry, this.terminals, {
      ...options,
      config: config ?? null,
      reducers,
    });
    engine.validate();
    return engine;
  }

  private nodeOf(
    name: string,
    node: NodeFunction<S> | AbstractWorkflowNode<S> | AddNodeOptions<S>,
    options: NodeOptions | undefined,
  ): AbstractWorkflowNode<S> {
    if (typeof node === 'function' && node.prototype instanceof AbstractWorkflowNode)
      throw new WorkflowDefinitionError(
        `The node "${name}" of the graph "${this.name}" was given the class ${node.name}. Give one that was made of it: new ${node.name}(…).`,
      );
    if (typeof node === 'function') return new FunctionNode<S>(name, node, options);
    if (node instanceof AbstractWorkflowNode) return node;
    return buildNode<S>(name, node, `graph "${this.name}"`);
  }
}
