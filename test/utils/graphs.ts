import {
  WorkflowBuilder,
  type GraphExecutionError,
  type GraphValues,
  type NodeFunction,
} from '../../lib/graph/index.js';
import { rejection as rejectionOf } from './failures.js';

export { fail as failing, failure } from './failures.js';

/** What a call throws. */
export function thrownBy(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    return error;
  }
  return undefined;
}

/** The error that a graph rejects with. */
export const rejection = rejectionOf<GraphExecutionError>;

/** Nodes that write down when they run, and add what they are given. */
export function tracer() {
  const seen: string[] = [];
  const trace =
    (name: string, update: GraphValues = { [name]: true }): NodeFunction =>
    () => {
      seen.push(name);
      return update;
    };
  return { seen, trace };
}

/** A graph of nodes that trace themselves: `a>b b>c` are its edges. */
export function graphOf(edges: string, terminal: string, nodes: Record<string, NodeFunction> = {}) {
  const { seen, trace } = tracer();
  const builder = new WorkflowBuilder('g');
  const pairs = edges.split(' ').map((edge) => edge.split('>') as [string, string]);
  const names = [...new Set(pairs.flat())];
  for (const name of names) builder.addNode(name, nodes[name] ?? trace(name));
  for (const [source, target] of pairs) builder.addEdge(source, target);
  return { seen, builder: builder.setEntry(names[0] as string).setTerminal(terminal) };
}
