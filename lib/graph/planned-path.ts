import type { GraphPlan, PlannedNode } from './graph.plan.js';
import { SubworkflowNode } from './nodes/subworkflow-node.js';

/** The nodes that the path of a visit leads through: the graphs within, from without, and the node itself. @internal */
export function nodesOnPath(plan: GraphPlan, path: string): PlannedNode[] {
  const nodes: PlannedNode[] = [];
  let graph: GraphPlan | undefined = plan;
  for (const part of path.split('/')) {
    const found: PlannedNode | undefined = graph?.nodes[graph.indices.get(part.slice(0, part.lastIndexOf('#'))) ?? -1];
    if (found === undefined) break;
    nodes.push(found);
    graph = found.node instanceof SubworkflowNode ? (found.node.nested?.plan as GraphPlan | undefined) : undefined;
  }
  return nodes;
}
