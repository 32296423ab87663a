import { circularDependency, takenName, unknownDependency } from './graph-refusals.js';
import type { JoinRule } from './join-rule.js';
import { ReadySet } from './ready-set.js';

/** A node as it is declared. @internal */
export interface DependencyNode {
  readonly name: string;
  /** Names of nodes that end before it begins; a name given twice counts once. */
  readonly dependencies?: readonly string[] | undefined;
  /** @default the graph's */
  readonly join?: JoinRule | undefined;
}

/**
 * Who waits for whom, built once for a definition and shared by all its runs: immutable, in arrays, in time linear in its size.
 * Nodes are known by their place in the declaration.
 *
 * @internal
 */
export class DependencyGraph {
  readonly names: readonly string[];
  /** The dependents of node `i` stand in `dependents` from `offsets[i]` up to `offsets[i + 1]`, in the order of their declaration. */
  readonly offsets: Uint32Array;
  readonly dependents: Uint32Array;
  /** How many different nodes each node waits for. */
  readonly inDegrees: readonly number[];
  /** The nodes that wait for none, in the order of their declaration. */
  readonly roots: readonly number[];
  readonly joins: readonly JoinRule[];
  /** A topological order that goes by declaration wherever the dependencies leave a choice. */
  readonly order: Uint32Array;

  /**
   * @param place For messages: `pipeline "orders"`.
   * @throws WorkflowDefinitionError for a name given twice, an unknown dependency, and a circle, whose members it names.
   */
  constructor(nodes: readonly DependencyNode[], place: string, join: JoinRule = 'all_success') {
    this.names = nodes.map(({ name }) => name);
    this.joins = nodes.map((node) => node.join ?? join);
    const indexes = indexNames(this.names, place);
    const edges = nodes.map((node) => dependencyIndexes(node, indexes, place));
    this.inDegrees = edges.map(({ length }) => length);
    this.roots = rootsOf(this.inDegrees);
    [this.offsets, this.dependents] = turnRound(edges);
    this.order = this.sort(edges, place);
  }

  get size(): number {
    return this.names.length;
  }

  private sort(edges: readonly (readonly number[])[], place: string): Uint32Array {
    const { offsets, dependents, size } = this;
    const waitsFor = this.inDegrees.slice();
    const order = new Uint32Array(size);
    const ready = new ReadySet(size);
    for (const root of this.roots) ready.add(root);
    let placed = 0;
    for (let node = ready.takeFirst(); node >= 0; node = ready.takeFirst()) {
      order[placed++] = node;
      for (let at = offsets[node] as number; at < (offsets[node + 1] as number); at++) {
        const dependent = dependents[at] as number;
        const left = (waitsFor[dependent] as number) - 1;
        waitsFor[dependent] = left;
        if (left === 0) ready.add(dependent);
      }
    }
    if (placed < size) {
      const circle = findCircle(edges, waitsFor);
      throw circularDependency(
        circle.map((node) => this.names[node] as string),
        place,
      );
    }
    return order;
  }
}

function rootsOf(inDegrees: readonly number[]): number[] {
  const roots: number[] = [];
  for (const [node, inDegree] of inDegrees.entries()) if (inDegree === 0) roots.push(node);
  return roots;
}

function indexNames(names: readonly string[], place: string): Map<string, number> {
  const indexes = new Map<string, number>();
  for (const [index, name] of names.entries()) {
    if (indexes.has(name)) throw takenName(name, place);
    indexes.set(name, index);
  }
  return indexes;
}

function dependencyIndexes(node: DependencyNode, indexes: ReadonlyMap<string, number>, place: string): number[] {
  const found = new Set<number>();
  for (const dependency of node.dependencies ?? []) {
    const index = indexes.get(dependency);
    if (index === undefined) throw unknownDependency(node.name, dependency, place);
    found.add(index);
  }
  return [...found];
}

/** From "who I wait for" to "who waits for me". */
function turnRound(edges: readonly (readonly number[])[]): [Uint32Array, Uint32Array] {
  const offsets = new Uint32Array(edges.length + 1);
  for (const before of edges) for (const node of before) offsets[node + 1] = (offsets[node + 1] as number) + 1;
  for (let node = 0; node < edges.length; node++)
    offsets[node + 1] = (offsets[node + 1] as number) + (offsets[node] as number);
  const next = offsets.slice();
  const dependents = new Uint32Array(offsets[edges.length] as number);
  for (const [dependent, before] of edges.entries()) {
    for (const node of before) {
      const at = next[node] as number;
      dependents[at] = dependent;
      next[node] = at + 1;
    }
  }
  return [offsets, dependents];
}

/** Goes from a node that was never free to one it waits for, until it meets itself: among such nodes there is always a next one. */
function findCircle(edges: readonly (readonly number[])[], waitsFor: readonly number[]): number[] {
  const seenAt = new Map<number, number>();
  const trail: number[] = [];
  let node = waitsFor.findIndex((left) => left > 0);
  while (!seenAt.has(node)) {
    seenAt.set(node, trail.length);
    trail.push(node);
    node = edges[node]?.find((before) => (waitsFor[before] as number) > 0) as number;
  }
  return [...trail.slice(seenAt.get(node)), node];
}
