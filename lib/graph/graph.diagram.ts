import type { DiagramGraph } from '../core/diagram/index.js';
import type { GraphParts } from './graph.plan.js';
import { NodeType } from './node-type.js';

/** The way of a run: the nodes that it visited, and the edges that it followed. @internal */
export interface GraphPath {
  readonly nodes: readonly string[];
  readonly edges: readonly (readonly [source: string, target: string])[];
}

/** A graph to be drawn. @param path The way of a run; of nodes alone each is taken to lead to the next. @internal */
export function drawGraph(parts: GraphParts, path: GraphPath | readonly string[] = []): DiagramGraph {
  const { nodes, edges } = 'nodes' in path ? path : { nodes: path, edges: stepsOf(path) };
  const visited = new Set(nodes);
  const followed = new Set(edges.map(([source, target]) => `${source}\0${target}`));
  return {
    name: parts.name,
    nodes: [...parts.nodes].map(([name, { nodeType }]) => ({
      id: name,
      ...(nodeType === NodeType.GATE && { shape: 'diamond' as const }),
      ...(visited.has(name) && { isMarked: true }),
    })),
    edges: parts.edges.map(({ source, target, label }) => ({
      from: source,
      to: target,
      ...(label !== '' && { label }),
      ...(followed.has(`${source}\0${target}`) && { isMarked: true }),
    })),
  };
}

function stepsOf(nodes: readonly string[]): GraphPath['edges'] {
  return nodes.slice(1).map((target, at) => [nodes[at] ?? '', target]);
}
