/** What a node is. @publicApi */
export const NodeType = {
  AGENT: 'agent',
  TOOL: 'tool',
  LLM: 'llm',
  GATE: 'gate',
  HUMAN: 'human',
  SUBWORKFLOW: 'subworkflow',
  CUSTOM: 'custom',
} as const;
/** @publicApi */
export type NodeType = (typeof NodeType)[keyof typeof NodeType];
