/** A directed graph to be drawn. @internal */
export interface DiagramGraph {
  readonly name: string;
  readonly nodes: readonly DiagramNode[];
  readonly edges: readonly DiagramEdge[];
}

/** @internal */
export interface DiagramNode {
  readonly id: string;
  /** @default the id */
  readonly label?: string;
  /** @default 'box' */
  readonly shape?: 'box' | 'diamond';
  /** Drawn with a thick line. @default false */
  readonly isMarked?: boolean;
}

/** @internal */
export interface DiagramEdge {
  readonly from: string;
  readonly to: string;
  readonly label?: string;
  /** Drawn as a thick line. @default false */
  readonly isMarked?: boolean;
}

/** Draws a graph in Graphviz's language, from left to right. @internal */
export function toDot({ name, nodes, edges }: DiagramGraph): string {
  const lines = [
    ...nodes.map(
      ({ id, label, shape = 'box', isMarked = false }) =>
        `${quote(id)} [shape=${shape}${label === undefined ? '' : `, label=${quote(label)}`}${isMarked ? ', penwidth=3' : ''}];`,
    ),
    ...edges.map(
      ({ from, to, label, isMarked = false }) =>
        `${quote(from)} -> ${quote(to)}${attributes(label === undefined ? '' : `label=${quote(label)}`, isMarked ? 'penwidth=3' : '')};`,
    ),
  ];
  return [`digraph ${quote(name)} {`, '  rankdir=LR;', ...lines.map((line) => `  ${line}`), '}', ''].join('\n');
}

/** Draws a graph in Mermaid's language, from left to right. @internal */
export function toMermaid({ nodes, edges }: DiagramGraph): string {
  const keys = new Map(nodes.map(({ id }, index) => [id, `n${index}`]));
  const lines = [
    ...nodes.map(({ id, label = id, shape = 'box' }) => {
      const text = `"${mermaidText(label)}"`;
      return `${keys.get(id)}${shape === 'diamond' ? `{${text}}` : `[${text}]`}`;
    }),
    ...edges.map(({ from, to, label }) => {
      const arrow = label === undefined ? '-->' : `-->|"${mermaidText(label)}"|`;
      return `${keys.get(from)} ${arrow} ${keys.get(to)}`;
    }),
    ...nodes.flatMap(({ id, isMarked }) => (isMarked === true ? [`style ${keys.get(id)} stroke-width:4px`] : [])),
    ...edges.flatMap(({ isMarked }, index) => (isMarked === true ? [`linkStyle ${index} stroke-width:4px`] : [])),
  ];
  return ['flowchart LR', ...lines.map((line) => `  ${line}`), ''].join('\n');
}

function attributes(...given: readonly string[]): string {
  const present = given.filter((each) => each !== '');
  return present.length === 0 ? '' : ` [${present.join(', ')}]`;
}

function quote(text: string): string {
  return `"${text.replace(/\\/g, '\\\\').replace(/"/g, '\\"').replace(/\n/g, '\\n')}"`;
}

/** Mermaid knows no escapes but entities. */
function mermaidText(text: string): string {
  return text
    .replace(/&/g, '&amp;')
    .replace(/"/g, '&quot;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/\n/g, '<br/>');
}
