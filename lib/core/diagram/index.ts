export { toDot, toMermaid } from './diagram.js';
export type { DiagramEdge, DiagramGraph, DiagramNode } from './diagram.js';
