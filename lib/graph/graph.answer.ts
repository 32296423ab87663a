import { schemaValidator } from '../core/definition/index.js';
import type { GraphPlan } from './graph.plan.js';
import { POSITION_KEY, positionIn, type FrontierNode } from './graph.position.js';
import { HUMAN_RESPONSE, HumanNode } from './nodes/human-node.js';
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
  const { frontier, answered } = position;
  const at = frontier.findIndex(({ node, update }) => update === undefined && canBeAnswered(plan, node));
  const asking = frontier[at] ?? frontier.find(({ update }) => update === undefined);
  if (asking === undefined) return { ...state };
  const node = plan.nodes[plan.indices.get(asking.node) ?? -1]?.node;
  if (node instanceof SubworkflowNode && node.nested !== undefined && asking.inner !== undefined) {
    const inner = await answerPosition(node.nested.plan as GraphPlan, asking.inner, answer);
    const told = frontier.map((each): FrontierNode => (each === asking ? { ...each, inner } : each));
    return { ...state, [POSITION_KEY]: { ...position, frontier: told } };
  }
  const { schema } = (node instanceof HumanNode && node.task) || {};
  const valid = schema === undefined ? answer : await schemaValidator(schema)(answer, `The answer to "${asking.node}"`);
  if (node instanceof HumanNode) {
    const told = frontier.map((each): FrontierNode => (each === asking ? { ...each, answer: valid } : each));
    return { ...state, [POSITION_KEY]: { ...position, frontier: told } };
  }
  return {
    ...state,
    [HUMAN_RESPONSE]: valid,
    [POSITION_KEY]: { ...position, answered: answered.filter((each) => each !== HUMAN_RESPONSE) },
  };
}

function canBeAnswered(plan: GraphPlan, name: string): boolean {
  const node = plan.nodes[plan.indices.get(name) ?? -1]?.node;
  return node instanceof HumanNode || node instanceof SubworkflowNode;
}
