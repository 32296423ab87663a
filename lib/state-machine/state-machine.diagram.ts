import { toDot, toMermaid, type DiagramEdge, type DiagramNode } from '../core/diagram/index.js';
import type { MachineLike } from './logic/machine-like.js';
import type { StateValue } from './logic/machine-step.js';

interface NodeLike {
  readonly id: string;
  readonly key: string;
  readonly path: readonly string[];
  readonly type: string;
  readonly initial?: { readonly target?: readonly NodeLike[] };
  readonly states: Readonly<Record<string, NodeLike>>;
  readonly invoke: readonly { readonly id: string; readonly src: unknown }[];
  readonly transitions: ReadonlyMap<string, readonly TransitionLike[]>;
  readonly always?: readonly TransitionLike[];
}

interface TransitionLike {
  readonly target?: readonly NodeLike[];
  readonly guard?: unknown;
}

/** Where ways begin that lead out of every state. */
const ANYWHERE: DiagramNode = { id: '*', label: 'any state' };

/** Draws a machine; the states that it is in are marked. @internal */
export function drawMachine(
  name: string,
  machine: MachineLike,
  format: 'mermaid' | 'dot',
  current: StateValue | undefined,
): string {
  const active = current === undefined ? new Set<string>() : new Set(pathsOf(current));
  const nodes: DiagramNode[] = [];
  const edges: DiagramEdge[] = [];
  const visit = (node: NodeLike): void => {
    const path = node.path.join('.');
    if (path !== '') {
      const parts = [path, ...(node.type === 'final' ? ['(final)'] : []), ...(active.has(path) ? ['●'] : [])];
      nodes.push({
        id: path,
        ...(parts.length > 1 && { label: parts.join(' ') }),
        ...(node.type === 'history' && { shape: 'diamond' as const }),
        ...(active.has(path) && { isMarked: true }),
      });
      for (const first of node.initial?.target ?? []) edges.push({ from: path, to: pathOf(first), label: 'initial' });
    }
    const transitions: [string, readonly TransitionLike[]][] = [...node.transitions, ['', node.always ?? []]];
    for (const [event, candidates] of transitions) {
      for (const { target, guard } of candidates) {
        const label = [eventLabel(event, node), guardLabel(guard)].filter((part) => part !== '').join(' ');
        for (const to of target ?? []) {
          edges.push({ from: path === '' ? ANYWHERE.id : path, to: pathOf(to), ...(label !== '' && { label }) });
        }
      }
    }
    for (const child of Object.values(node.states)) visit(child);
  };
  visit(machine.root as NodeLike);
  if (edges.some(({ from }) => from === ANYWHERE.id)) nodes.unshift(ANYWHERE);
  const graph = { name, nodes, edges };
  return format === 'dot' ? toDot(graph) : toMermaid(graph);
}

function pathOf(node: NodeLike): string {
  return node.path.join('.');
}

/** Every active state of a value, with those it lies in. */
function pathsOf(value: StateValue, above = ''): string[] {
  if (typeof value === 'string') return [above + value];
  return Object.entries(value).flatMap(([key, below]) => [
    above + key,
    ...(below === undefined ? [] : pathsOf(below, `${above}${key}.`)),
  ]);
}

function eventLabel(event: string, { id, invoke }: NodeLike): string {
  const after = /^xstate\.after\.([^.]+)\./.exec(event);
  if (after !== null) return `after ${after[1]}`;
  if (event === `xstate.done.state.${id}`) return 'done';
  const [, how, actor] = /^xstate\.(done|error)\.actor\.(.*)$/.exec(event) ?? [];
  if (how === undefined) return event;
  // One without a name of its own is known by what it does.
  const own = invoke.find((one, index) => one.id === actor && one.id === `${index}.${id}`);
  return `${how} ${typeof own?.src === 'string' ? own.src : actor}`;
}

function guardLabel(guard: unknown): string {
  const name = typeof guard === 'string' ? guard : (guard as { type?: unknown } | undefined)?.type;
  if (guard === undefined) return '';
  return typeof name === 'string' ? `[${name}]` : '[guard]';
}
