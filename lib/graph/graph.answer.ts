import { schemaValidator } from '../core/definition/index.js';
import type { GraphPlan } from './graph.plan.js';
import { POSITION_KEY, positionIn, type FrontierNode } from './graph.position.js';
import { HumanNode } from './nodes/human-node.js';
import { SubworkflowNode } from './nodes/subworkflow-node.js';
import type { GraphUpdate, GraphValues } from './workflow-state.js';

/** Puts a person's answer into a state that was taken down at a pause, where the node that asks will find it. @internal */
export async function answerPosition(plan: GraphPlan, state: GraphUpdate, answer: unknown): Promise<GraphValues> {
  const position = positionIn(state);
  if (position === undefined) {
    // A state that does not say where it stands is answered wherever somebody asks.
    const humans = plan.nodes.flatMap(({ node }) => (node instanceof HumanNode ? [node] : []));
    return { ...state, ...Object.fromEntries(humans.map(({ resumeKey }) => [resumeKey, answer])) };
  }
  const { frontier } = position;
  const asking = askingIn(plan, frontier);
  if (asking === undefined) return { ...state };
  const node = plan.nodes[plan.indices.get(asking.node) ?? -1]?.node;
  if (node instanceof SubworkflowNode && node.nested !== undefined && asking.inner !== undefined) {
    const inner = await answerPosition(node.nested.plan as GraphPlan, asking.inner, answer);
    const told = frontier.map((each): FrontierNode => (each === asking ? { ...each, inner } : each));
    return { ...state, [POSITION_KEY]: { ...position, frontier: told } };
  }
  const { schema } = (node instanceof HumanNode && node.task) || {};
  const valid = schema === undefined ? answer : await schemaValidator(schema)(answer, `The answer to "${asking.node}"`);
  const told = frontier.map((each): FrontierNode => (each === asking ? { ...each, answer: valid } : each));
  return { ...state, [POSITION_KEY]: { ...position, frontier: told } };
}

/** The first that asks, which is what the pause has named; of a state that does not say who asks, the first that may. */
function askingIn(plan: GraphPlan, frontier: readonly FrontierNode[]): FrontierNode | undefined {
  const open = frontier.filter(({ update }) => update === undefined);
  const mayAsk = ({ node: name }: FrontierNode): boolean => {
    const node = plan.nodes[plan.indices.get(name) ?? -1]?.node;
    return node instanceof HumanNode || node instanceof SubworkflowNode;
  };
  return open.find(({ asks }) => asks !== undefined) ?? open.find(mayAsk) ?? open[0];
}
