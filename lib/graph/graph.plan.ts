import type { CompensationContext, StepOptions } from '../core/definition/index.js';
import { parseSeconds } from '../core/time/index.js';
import { GraphValidationError } from './errors/graph-validation.error.js';
import { HumanNode } from './nodes/human-node.js';
import { SubworkflowNode } from './nodes/subworkflow-node.js';
import type { AbstractWorkflowNode } from './nodes/workflow-node.js';
import type { StateCondition, WorkflowEdge } from './workflow-edge.js';
import type { StateReducer } from './workflow-state.js';

/** An edge whose target was looked up. @internal */
export interface PlannedEdge {
  readonly edge: WorkflowEdge;
  /** -1 when there is no such node. */
  readonly target: number;
}

/** A node, with everything about it that can be known before a run. @internal */
export interface PlannedNode {
  readonly index: number;
  readonly name: string;
  readonly node: AbstractWorkflowNode;
  /** How it is visited: by its body, by asking a person, by a graph within, by a child instance. */
  readonly kind: 'body' | 'human' | 'graph' | 'child';
  readonly edges: readonly PlannedEdge[];
  readonly isTerminal: boolean;
  readonly terminalCondition: StateCondition | undefined;
  /** Its own limit; the graph's where it says nothing. */
  readonly timeoutMs: number | undefined;
  /** Present where more than a call is needed. */
  readonly options: Pick<StepOptions, 'retry' | 'compensate'> | undefined;
  readonly mainKey: string | undefined;
}

/** A graph as it is run. @internal */
export interface GraphPlan {
  readonly name: string;
  readonly nodes: readonly PlannedNode[];
  readonly indices: ReadonlyMap<string, number>;
  readonly entry: number;
  readonly reducers: ReadonlyMap<string, StateReducer> | undefined;
}

/** What a graph is made of. @internal */
export interface GraphParts {
  readonly name: string;
  readonly nodes: ReadonlyMap<string, AbstractWorkflowNode>;
  readonly edges: readonly WorkflowEdge[];
  readonly entryNode: string;
  readonly terminalConditions: ReadonlyMap<string, StateCondition | undefined>;
  readonly reducers: ReadonlyMap<string, StateReducer>;
}

/** @internal */
export function planGraph(parts: GraphParts): GraphPlan {
  const names = [...parts.nodes.keys()];
  const indices = new Map(names.map((name, index) => [name, index]));
  const edges = names.map((): PlannedEdge[] => []);
  for (const edge of parts.edges) {
    const source = indices.get(edge.source);
    if (source !== undefined) edges[source]?.push({ edge, target: indices.get(edge.target) ?? -1 });
  }
  const nodes = names.map((name, index): PlannedNode => {
    const node = parts.nodes.get(name) as AbstractWorkflowNode;
    return {
      index,
      name,
      node,
      kind: kindOf(node),
      edges: edges[index] ?? [],
      isTerminal: parts.terminalConditions.has(name),
      terminalCondition: parts.terminalConditions.get(name),
      timeoutMs: node.timeout === undefined ? undefined : parseSeconds(node.timeout, `timeout of node "${name}"`),
      options: optionsOf(node),
      mainKey: node.mainKey,
    };
  });
  const reducers = parts.reducers.size === 0 ? undefined : parts.reducers;
  return { name: parts.name, nodes, indices, entry: indices.get(parts.entryNode) ?? -1, reducers };
}

/** @throws GraphValidationError naming what is wrong and how to mend it @internal */
export function validateGraph({ name, nodes, edges, entryNode, terminalConditions }: GraphParts): void {
  const place = `the graph "${name}"`;
  if (nodes.size === 0) throw new GraphValidationError(`There is no node in ${place}. Add one with addNode.`);
  if (entryNode === '') throw new GraphValidationError(`No node of ${place} is its entry. Say which with setEntry.`);
  if (!nodes.has(entryNode))
    throw new GraphValidationError(`The entry of ${place} is "${entryNode}", and there is no such node.`, {
      node: entryNode,
    });
  for (const { source, target } of edges) {
    for (const end of [source, target]) {
      if (nodes.has(end)) continue;
      throw new GraphValidationError(
        `The edge "${source}" → "${target}" of ${place} touches "${end}", and there is no such node.`,
        { node: source },
      );
    }
  }
  if (terminalConditions.size === 0)
    throw new GraphValidationError(`No node of ${place} is an end. Say which are with setTerminal.`);
  for (const terminal of terminalConditions.keys())
    if (!nodes.has(terminal))
      throw new GraphValidationError(`"${terminal}" is to be an end of ${place}, and there is no such node.`, {
        node: terminal,
      });
}

function kindOf(node: AbstractWorkflowNode): PlannedNode['kind'] {
  // One that was given a body of its own is visited by it.
  if (node instanceof HumanNode && node.execute === HumanNode.prototype.execute) return 'human';
  if (!(node instanceof SubworkflowNode) || node.execute !== SubworkflowNode.prototype.execute) return 'body';
  if (node.nested !== undefined) return 'graph';
  return node.executable === undefined ? 'child' : 'body';
}

function optionsOf({ retry, compensate }: AbstractWorkflowNode): PlannedNode['options'] {
  if (retry === undefined && compensate === undefined) return undefined;
  return {
    ...(retry !== undefined && { retry }),
    ...(compensate !== undefined && {
      compensate: compensate as unknown as (result: unknown, context: CompensationContext) => unknown,
    }),
  };
}
