import { isWorkflowError, WorkflowDefinitionError } from '../core/errors/index.js';
import { callback, knownOptions, refuseUnknownOptions } from '../core/options/index.js';
import { parseDuration } from '../core/time/index.js';
import {
  nodeMethodsOf,
  type DecoratedProvider,
  type DefinitionFactory,
  type NodeMethodOptions,
} from '../discovery/index.js';
import {
  GRAPH_METADATA,
  type GraphMetadata,
  type GraphWorkflowOptions,
} from './decorators/graph-workflow.decorator.js';
import { WorkflowBuilder } from './graph.builder.js';
import type { WorkflowEngine } from './graph.definition.js';
import { FunctionNode, type NodeFunction } from './nodes/function-node.js';
import { messageOf } from './nodes/prompt-template.js';

const GRAPH = knownOptions<GraphWorkflowOptions>({
  version: true,
  config: true,
  entry: true,
  edges: true,
  isCompatibleWith: true,
});
const NODE = knownOptions<NodeMethodOptions>({ name: true, to: true, terminal: true, timeout: true, retry: true });

/** Turns `@GraphWorkflow` classes into definitions. @internal */
export const graphDefinitionFactory: DefinitionFactory<GraphMetadata> = {
  decorator: '@GraphWorkflow',
  metadata: GRAPH_METADATA,
  create: defineGraph,
};

function defineGraph({ target, instance, metadata, place }: DecoratedProvider<GraphMetadata>): WorkflowEngine {
  const { name, options } = metadata;
  refuseUnknownOptions(options, GRAPH, place);
  callback(options.edges, `edges of ${place}`, '(graph) => …');
  const methods = nodeMethodsOf(target).map(({ method, options: own }) => ({
    method,
    ...own,
    name: own.name ?? method,
  }));
  const [first] = methods;
  if (first === undefined) {
    throw new WorkflowDefinitionError(
      `The ${place} carries @GraphWorkflow but has no node. Put @Node() on the methods that are its nodes.`,
    );
  }
  const { version, config, isCompatibleWith } = options;
  const builder = new WorkflowBuilder(name, {
    ...(version !== undefined && { version }),
    ...(config !== undefined && { config }),
    ...(isCompatibleWith !== undefined && { isCompatibleWith }),
    target,
  });
  for (const { method, to, terminal, name: node, ...limits } of methods) {
    const at = `${place}.${method}()`;
    refuseUnknownOptions(limits, NODE, at);
    const { timeout, retry } = limits;
    // Looked up at each call, so that a test may replace the method of the instance.
    const call: NodeFunction = (state, step) =>
      (instance as Record<string, NodeFunction>)[method]?.(state, step) as ReturnType<NodeFunction>;
    const own = {
      // As text, because a bare number of a node is seconds and one of a decorator milliseconds.
      ...(timeout !== undefined && { timeout: `${parseDuration(timeout, `timeout of ${at}`)}ms` }),
      ...(retry !== undefined && { retry }),
    };
    builder.addNode(node, new FunctionNode(node, call, own));
    for (const next of typeof to === 'string' ? [to] : (to ?? [])) builder.addEdge(node, next);
    if (terminal === true) builder.setTerminal(node);
  }
  builder.setEntry(options.entry ?? first.name);
  addEdges(builder, options, place);
  return builder.endWhereNothingLeads().build();
}

/** @throws WorkflowDefinitionError naming the class, where its own function fails */
function addEdges(builder: WorkflowBuilder, { edges }: GraphWorkflowOptions, place: string): void {
  try {
    edges?.(builder);
  } catch (cause) {
    if (isWorkflowError(cause)) throw cause;
    throw new WorkflowDefinitionError(`The edges of the ${place} could not be added: ${messageOf(cause)}`, { cause });
  }
}
