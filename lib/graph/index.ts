// Graphs
export { WorkflowBuilder } from './graph.builder.js';
export type { TerminalOptions, WorkflowBuilderOptions } from './graph.builder.js';
export type { AddNodeOptions } from './node-of-options.js';
export { WorkflowEngine } from './graph.definition.js';
export type { GraphExecuteOptions, GraphResumeOptions, Named, WorkflowEngineOptions } from './graph-engine-options.js';
export { WorkflowEdge } from './workflow-edge.js';
export type { StateCondition, WorkflowEdgeOptions } from './workflow-edge.js';
export { GraphConfig } from './graph-config.js';
export type { ConfigIssue, GraphConfigOptions } from './graph-config.js';

// Nodes
export { NodeType } from './node-type.js';
export { AbstractWorkflowNode } from './nodes/workflow-node.js';
export type { NodeOptions } from './nodes/workflow-node.js';
export { FunctionNode } from './nodes/function-node.js';
export type { NodeFunction } from './nodes/function-node.js';
export { AgentNode } from './nodes/agent-node.js';
export type { AgentNodeOptions } from './nodes/agent-node.js';
export { ToolNode } from './nodes/tool-node.js';
export type { ToolNodeOptions } from './nodes/tool-node.js';
export { LLMNode } from './nodes/llm-node.js';
export type { LLMNodeOptions } from './nodes/llm-node.js';
export { GateNode } from './nodes/gate-node.js';
export type { GateNodeOptions, GateRoutes } from './nodes/gate-node.js';
export { HumanNode } from './nodes/human-node.js';
export type { HumanNodeOptions, HumanTaskOptions } from './nodes/human-node.js';
export { SubworkflowNode } from './nodes/subworkflow-node.js';
export type { ExecutableWorkflow, NestedGraph, SubworkflowNodeOptions } from './nodes/subworkflow-node.js';
export { PortNode } from './nodes/port-node.js';
export type { PortNodeOptions } from './nodes/port-node.js';
export type {
  AgentExecutorPort,
  AgentPort,
  LLMAnswer,
  LLMPort,
  LLMRequest,
  ToolArguments,
  ToolPort,
} from './nodes/ports.js';
export { fromChatModel, fromGenerateText, fromRunnable } from './nodes/port-adapters.js';
export type { GenerateTextRequest, RunnableLike } from './nodes/port-adapters.js';

// What goes through them, and what comes out
export { WorkflowState } from './workflow-state.js';
export type { GraphUpdate, GraphValues, HistoryEntry, StateReducer, WorkflowStateOptions } from './workflow-state.js';
export { GraphResult } from './graph-result.js';
export type { GraphResultFacts } from './graph-result.js';
export { NodeResult } from './node-result.js';
export type { GraphOutcome, GraphWait, NodeResultFacts } from './node-result.js';
export { ExecutionHistory } from './execution-history.js';
export type { ExecutionHistoryDict } from './execution-history.js';

// In an application
export { GraphWorkflow } from './decorators/graph-workflow.decorator.js';
export type { GraphWorkflowOptions } from './decorators/graph-workflow.decorator.js';
export { Node } from '../discovery/index.js';
export type { NodeMethodOptions } from '../discovery/index.js';
export { GraphService } from './graph.service.js';
export type { BuiltGraph, GraphReference } from './graph.service.js';
export type { GraphAnswerOptions, GraphForkOptions, GraphServiceExecuteOptions } from './graph-service-options.js';
export type { GraphVisit } from './graph-visit.js';
export { GraphStream } from './graph-stream.js';
export type { GraphEvent, GraphStreamItems, GraphStreamMode } from './graph-stream.js';
export type { GraphOutput } from './stored-run.js';
export { graphDefinitionFactory } from './graph.registrar.js';

// Runs in memory that pause and go on
export { WorkflowRunner } from './workflow-runner.js';
export type { ResumeOptions, RunOptions, WorkflowRunnerOptions } from './workflow-runner.js';
export { WorkflowCheckpoint } from './workflow-checkpoint.js';
export type { WorkflowCheckpointOptions } from './workflow-checkpoint.js';

// Errors
export { GraphExecutionError, isGraphExecutionError } from './errors/graph-execution.error.js';
export type { GraphErrorOptions } from './errors/graph-execution.error.js';
export { NodeExecutionError, isNodeExecutionError } from './errors/node-execution.error.js';
export { CycleDetectedError, isCycleDetectedError } from './errors/cycle-detected.error.js';
export { GraphTimeoutError, isGraphTimeoutError } from './errors/graph-timeout.error.js';
export { GraphValidationError, isGraphValidationError } from './errors/graph-validation.error.js';
export { HumanInputRequiredError, isHumanInputRequiredError } from './errors/human-input-required.error.js';
export type { HumanInputRequiredOptions } from './errors/human-input-required.error.js';
