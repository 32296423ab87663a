import { decodeName, isDelivered, type JournalEntry } from '../core/records/index.js';
import type { GraphPlan, PlannedNode } from './graph.plan.js';
import { HumanNode } from './nodes/human-node.js';
import { nodesOnPath } from './planned-path.js';

/**
 * Which entries do not stand when a failed graph goes on, besides the failure that ended it: visits beside it that failed as well, and
 * questions that nobody answered in time, which are asked again. About all others the order of calls decides.
 *
 * @internal
 */
export function keptOnRetry(
  plan: GraphPlan,
  entries: readonly JournalEntry[],
): (entry: JournalEntry) => boolean | undefined {
  const unanswered = new Set<string>();
  for (const { name, data } of entries) {
    const nodes = nodesOnPath(plan, pathOf(name));
    const node = nodes.at(-1)?.node;
    const isOver = data?.winner === 'deadline' && node instanceof HumanNode && node.onDeadline !== 'store';
    if (isOver && isTask(name) && failsGraph(nodes)) unanswered.add(pathOf(name));
  }
  return ({ name, kind, status }) => {
    const path = pathOf(name);
    if (isTask(name)) return unanswered.has(path) ? false : undefined;
    const hasFailed = isDelivered(kind) && (status === 'failed' || status === 'timed_out');
    return hasFailed && failsGraph(nodesOnPath(plan, path)) ? false : undefined;
  };
}

function isTask(name: string): boolean {
  return name.startsWith('$task:');
}

/** Without what the engine has put around it: no key that stands for a path has a slash of its own. */
function pathOf(name: string): string {
  return decodeName(name.replace(/^\$[a-z]+:/, '').split('/', 1)[0] as string);
}

const FAILURE = new Error('any');

/** Whether a failure there is stored neither by its node nor by one around it. */
function failsGraph(nodes: readonly PlannedNode[]): boolean {
  return nodes.length > 0 && nodes.every(({ node }) => node.recover(FAILURE) === undefined);
}
