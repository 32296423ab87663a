import type { DiagramGraph } from '../core/diagram/index.js';
import type { GraphParts } from './graph.plan.js';
import { NodeType } from './node-type.js';

/** A graph to be drawn. @param path The nodes that a run visited, in order. @internal */
export function drawGraph(parts: GraphParts, path: readonly string[] = []): DiagramGraph {
  const visited = new Set(path);
  const steps = new Set(path.slice(1).map((target, at) => `${path[at] ?? ''}\0${target}`));
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
      ...(steps.has(`${source}\0${target}`) && { isMarked: true }),
    })),
  };
}
