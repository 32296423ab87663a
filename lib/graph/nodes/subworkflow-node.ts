import type { WorkflowReference } from '../../core/definition/index.js';
import { GraphValidationError } from '../errors/graph-validation.error.js';
import { NodeType } from '../node-type.js';
import type { GraphUpdate, GraphValues } from '../workflow-state.js';
import { keyToRead, keyToWrite } from './state-key.js';
import { messageOf } from './prompt-template.js';
import { outputOf } from './workflow-output.js';
import { AbstractWorkflowNode, type NodeOptions } from './workflow-node.js';

/** A graph that stands inside another. @publicApi */
export interface NestedGraph {
  readonly name: string;
  /** @internal */
  readonly plan: object;
  execute(input: unknown): Promise<{ readonly output: unknown; unwrap(): unknown }>;
}

/** Anything that executes; what it answers, or the `output` of that, is the output. @publicApi */
export interface ExecutableWorkflow {
  execute(input: unknown): unknown;
}

/** @publicApi */
export interface SubworkflowNodeOptions {
  /**
   * A built graph, which is run within this run; any registered workflow, which is run as a child of it; or anything else that
   * executes, which is called like the body of a node. What it answers, or the `output` of that, is the output.
   */
  readonly workflow: NestedGraph | ExecutableWorkflow | WorkflowReference;
  /** The key of the state that it is given. @default 'input' */
  readonly inputKey?: string;
  /** Where its output is stored; the text of its failure when it fails. @default 'output' */
  readonly outputKey?: string;
  /**
   * Limit of a graph, without what people take in it: seconds, or a text such as `'30s'`; 0 for none. Of a registered workflow the time-out
   * of its run, with all its waiting. @default of a graph the `nodeTimeout` around it, of a registered workflow none
   */
  readonly timeout?: NodeOptions['timeout'];
}

/** A node that is a workflow itself. Its failure does not fail the graph. @publicApi */
export class SubworkflowNode extends AbstractWorkflowNode {
  readonly workflow: SubworkflowNodeOptions['workflow'];
  readonly inputKey: string;
  readonly outputKey: string;

  constructor(name: string, options: SubworkflowNodeOptions) {
    super(name, NodeType.SUBWORKFLOW, options.timeout === undefined ? {} : { timeout: options.timeout });
    this.workflow = options.workflow;
    this.inputKey = keyToRead(options.inputKey, 'input', `inputKey of node "${name}"`);
    this.outputKey = keyToWrite(options.outputKey, 'output', name);
    if (this.workflow == null) throw new GraphValidationError(`The node "${name}" was given no workflow.`);
  }

  /** The graph that is run within the run of the outer one. @internal */
  get nested(): NestedGraph | undefined {
    const { workflow } = this;
    return typeof workflow === 'object' && 'plan' in workflow ? workflow : undefined;
  }

  /** What is no graph and no definition, and is called. @internal */
  get executable(): ExecutableWorkflow | undefined {
    const { workflow } = this;
    const isCalled = typeof workflow === 'object' && 'execute' in workflow && !('run' in workflow);
    return isCalled && this.nested === undefined ? workflow : undefined;
  }

  /** @internal */
  updateOf(output: unknown): GraphUpdate {
    return { [this.outputKey]: output };
  }

  override async execute(state: Readonly<GraphValues>): Promise<GraphValues> {
    const called = this.nested ?? this.executable;
    if (called === undefined) {
      throw new GraphValidationError(
        `The node "${this.name}" runs a registered workflow, which only a run of its graph can start.`,
        { node: this.name },
      );
    }
    try {
      return await this.call(called, state);
    } catch (error) {
      if ((error as Error).name === 'HumanInputRequiredError') throw error;
      return { ...this.recover(error) };
    }
  }

  override attempt(state: Readonly<GraphValues>): unknown {
    return this.executable === undefined ? this.execute(state) : this.call(this.executable, state);
  }

  private async call(workflow: ExecutableWorkflow, state: Readonly<GraphValues>): Promise<GraphValues> {
    const answer = await workflow.execute(state[this.inputKey]);
    const { unwrap } = (answer ?? {}) as { readonly unwrap?: unknown };
    if (typeof unwrap === 'function') unwrap.call(answer);
    return { ...this.updateOf(outputOf(answer)) };
  }

  override recover(error: unknown): GraphUpdate {
    return { [this.outputKey]: `Subworkflow error: ${messageOf(error)}` };
  }

  override get mainKey(): string {
    return this.outputKey;
  }
}
