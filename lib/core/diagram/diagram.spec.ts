import { toDot, toMermaid, type DiagramGraph } from './diagram.js';

const graph: DiagramGraph = {
  name: 'a "b"',
  nodes: [{ id: 'x "y"' }, { id: 'z', label: 'is <z>?', shape: 'diamond' }],
  edges: [{ from: 'x "y"', to: 'z', label: 'yes' }],
};

describe('A diagram', () => {
  it('in DOT goes from left to right, with quotes escaped', () => {
    expect(toDot(graph)).toBe(
      'digraph "a \\"b\\"" {\n  rankdir=LR;\n  "x \\"y\\"" [shape=box];\n  "z" [shape=diamond, label="is <z>?"];\n' +
        '  "x \\"y\\"" -> "z" [label="yes"];\n}\n',
    );
  });

  it('in Mermaid names its nodes by number, so that any text may be a label', () => {
    expect(toMermaid(graph)).toBe('flowchart LR\n  n0["x &quot;y&quot;"]\n  n1{"is &lt;z&gt;?"}\n  n0 -->|"yes"| n1\n');
  });

  it('draws what is marked with thick lines', () => {
    const marked = {
      name: 'g',
      nodes: [{ id: 'a', isMarked: true }, { id: 'b' }],
      edges: [{ from: 'a', to: 'b', isMarked: true }],
    };

    expect(toDot(marked)).toContain('"a" -> "b" [penwidth=3];');
    expect(toMermaid(marked)).toContain('  style n0 stroke-width:4px\n  linkStyle 0 stroke-width:4px\n');
  });
});
