export { DependencyGraph } from './dependency-graph.js';
export type { DependencyNode } from './dependency-graph.js';
export { DependencyOutline } from './dependency-outline.js';
export { DependencyRun } from './dependency-run.js';
export { NodeEnd } from './join-rule.js';
export type { JoinRule } from './join-rule.js';
export { runDependencies } from './run-dependencies.js';
export type { FinishingRunner, NodeRunner } from './run-dependencies.js';
