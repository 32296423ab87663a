import { schemaValidator, type WorkflowReference } from '../core/definition/index.js';
import { isStepTimeoutError } from '../core/errors/index.js';
import { isThenable } from '../core/options/index.js';
import { HumanInputRequiredError } from './errors/human-input-required.error.js';
import { isNodeExecutionError, NodeExecutionError } from './errors/node-execution.error.js';
import type { GraphConfig } from './graph-config.js';
import type { Branches } from './graph.branches.js';
import { ownError, type VisitHost } from './graph.host.js';
import type { PlannedNode } from './graph.plan.js';
import type { FrontierNode } from './graph.position.js';
import { checkUpdate, questionIn } from './node-answer.js';
import { NodeResult, type GraphWait } from './node-result.js';
import { HUMAN_RESPONSE, type HumanNode } from './nodes/human-node.js';
import { outputOf } from './nodes/workflow-output.js';
import { messageOf } from './nodes/prompt-template.js';
import type { SubworkflowNode } from './nodes/subworkflow-node.js';
import { Failed, Paused, Unrecorded, type VisitEnd } from './visit-end.js';
import type { WaitingTime } from './waiting-time.js';
import type { GraphUpdate, GraphValues, WorkflowState } from './workflow-state.js';

/** Told of what happens, in order. @internal */
export interface TraversalObserver {
  /** Asked before nodes are begun: a promise where they are to wait. */
  room?(): Promise<void> | undefined;
  onVisit?(path: string, node: PlannedNode): void;
  onEnd?(path: string, result: NodeResult): void;
  onMerge?(result: NodeResult, state: WorkflowState): void;
  /** Told of visits of which nothing is merged: one failed, or what it adds cannot be merged, and those beside it. */
  onHalt?(result: NodeResult, state: WorkflowState, error: string | null): void;
  onPause?(wait: GraphWait): void;
  /** Told of the outermost graph only. */
  onFollow?(source: string, target: string): void;
}

/** What a graph within a graph has come to. */
export interface InnerOutcome {
  readonly output: unknown;
  /** The first failure that was stored. */
  readonly error: string | null;
  readonly isOver: boolean;
  readonly pause: GraphWait | undefined;
  readonly snapshot: () => GraphValues;
}

/** What visits are made with. @internal */
export interface VisitSurroundings {
  readonly config: GraphConfig;
  readonly host: VisitHost;
  readonly state: WorkflowState;
  readonly observer: TraversalObserver | undefined;
  /** When every visit has to be over at the latest; what people take does not count. */
  readonly visitsUntil: number;
  readonly waiting: WaitingTime;
  readonly branches: Pick<Branches, 'away'>;
  /** Goes through a graph within. */
  readonly runWithin: (
    node: SubworkflowNode,
    path: string,
    inner: GraphValues | undefined,
    timeoutMs: number,
  ) => Promise<InnerOutcome>;
}

/** Visits single nodes: calls them, asks people, and tells how that ended. Makes no promise for a node that answers without one. @internal */
export class NodeVisitor {
  /** When the last visit ended, which is when the next one begins. */
  lastAt: number;

  constructor(
    private readonly around: VisitSurroundings,
    /** Keys whose answers were taken, and do not count again. */
    readonly answered: Set<string>,
  ) {
    this.lastAt = around.host.now();
  }

  visit(planned: PlannedNode, path: string, known: FrontierNode | undefined): VisitEnd | Promise<VisitEnd> {
    const startedAt = this.lastAt;
    this.around.observer?.onVisit?.(path, planned);
    let answer: unknown;
    try {
      answer = this.begin(planned, path, known);
    } catch (error) {
      return this.fail(planned, path, error, startedAt);
    }
    if (!isThenable(answer)) return this.end(planned, path, answer, startedAt);
    return Promise.resolve(answer).then(
      (value) => this.end(planned, path, value, startedAt),
      (error: unknown) => this.fail(planned, path, error, startedAt),
    );
  }

  /** A visit that was made before is told of as it was then. */
  recall(path: string, { node, update: output = {}, error, durationMs = 0 }: FrontierNode): NodeResult {
    return this.told(path, new NodeResult(node, { output, error: error ?? null, durationMs }));
  }

  private begin(planned: PlannedNode, path: string, known: FrontierNode | undefined): unknown {
    const { host, state } = this.around;
    switch (planned.kind) {
      case 'body':
        if (host.pauses) return this.callAgain(planned, path, known);
        return this.answerOf(planned, path, host.call(planned, path, state, this.limitOf(planned)));
      case 'human':
        return this.ask(planned, path, known);
      case 'graph':
        return this.within(planned, path, known);
      case 'child': {
        const node = planned.node as SubworkflowNode;
        return host
          .child(path, node.workflow as WorkflowReference, state[node.inputKey], this.childLimitOf(planned))
          .then((answer) => node.updateOf(outputOf(answer)));
      }
    }
  }

  /**
   * Calls a node, also one that has asked before and was answered since; one that still waits is not called. What it was told is no answer
   * to the next question.
   */
  private callAgain(planned: PlannedNode, path: string, known: FrontierNode | undefined): unknown {
    const { host, state } = this.around;
    const { asks, answer } = known ?? {};
    const isGiven = !this.answered.has(HUMAN_RESPONSE) && state[HUMAN_RESPONSE] != null;
    if (answer != null) state[HUMAN_RESPONSE] = answer;
    else if (asks !== undefined && !isGiven) return new Paused(waitOf(planned, asks));
    const called = host.call(planned, path, state, this.limitOf(planned));
    if (known !== undefined) this.answered.add(HUMAN_RESPONSE);
    return called;
  }

  /** Asks what the body of a node wants to know, and calls it again with the answer in its state, until it wants to know no more. */
  private answerOf(planned: PlannedNode, path: string, called: unknown, questions = 1): unknown {
    if (isThenable(called)) return called.then((value) => this.answerOf(planned, path, value, questions));
    const prompt = questionIn(called);
    if (prompt === undefined) return called;
    const { host, state } = this.around;
    const asked = Promise.resolve(this.wait(planned, questions === 1 ? path : `${path}/${questions}`, prompt));
    return asked.then((answer) => {
      state[HUMAN_RESPONSE] = answer;
      this.answered.add(HUMAN_RESPONSE);
      const again = host.call(planned, `${path}/${questions + 1}`, state, this.limitOf(planned));
      return this.answerOf(planned, path, again, questions + 1);
    });
  }

  /** 0 for none. */
  private limitOf({ timeoutMs }: Pick<PlannedNode, 'timeoutMs'>): number {
    const { config, visitsUntil, waiting } = this.around;
    const own = timeoutMs ?? config.nodeTimeoutMs;
    if (visitsUntil === Infinity) return own;
    const left = Math.max(1, visitsUntil + waiting.until(this.lastAt) - this.lastAt);
    return own === 0 ? left : Math.min(own, left);
  }

  /** A child that is a run of its own has only the limits that are given to it, and those of this run. */
  private childLimitOf({ timeoutMs = 0 }: Pick<PlannedNode, 'timeoutMs'>): number {
    return this.around.visitsUntil === Infinity ? timeoutMs : this.limitOf({ timeoutMs });
  }

  private ask(planned: PlannedNode, path: string, known: FrontierNode | undefined): unknown {
    const { state } = this.around;
    const human = planned.node as HumanNode;
    // What a person answers is stored where answers may be looked for: it is not to be found there by the next question.
    const take = (value: unknown): GraphUpdate => {
      this.answered.add(human.resumeKey);
      return human.updateOf(value);
    };
    if (known?.answer != null) return take(known.answer);
    const given = this.answered.has(human.resumeKey) ? undefined : human.answerIn(state);
    const answer =
      given === undefined ? this.wait(planned, path, human.promptFor(state)) : this.use(planned, path, given);
    return isThenable(answer) ? answer.then(take) : take(answer);
  }

  /** An answer that the state brought along is one question's, and passes the check that a person's does. */
  private use(planned: PlannedNode, path: string, given: unknown): unknown {
    const { resumeKey, task } = planned.node as HumanNode;
    this.answered.add(resumeKey);
    if (task?.schema === undefined) return given;
    const check = schemaValidator(task.schema);
    const release = (error: unknown): never => {
      this.answered.delete(resumeKey);
      throw error;
    };
    const place = `The answer to "${planned.name}" that the state has under "${resumeKey}"`;
    try {
      const valid = this.around.host.check(path, () => check(given, place));
      return isThenable(valid) ? valid.then(undefined, release) : valid;
    } catch (error) {
      return release(error);
    }
  }

  private wait(planned: PlannedNode, path: string, prompt: string): unknown {
    const { host, waiting, branches } = this.around;
    const answer = host.ask(planned, path, prompt);
    if (!isThenable(answer)) return answer;
    waiting.begin(host.now());
    return Promise.resolve(branches.away(answer)).finally(() => {
      waiting.end(host.now());
    });
  }

  private async within(planned: PlannedNode, path: string, known: FrontierNode | undefined): Promise<unknown> {
    const node = planned.node as SubworkflowNode;
    const { isOver, pause, output, error, snapshot } = await this.around.runWithin(
      node,
      path,
      known?.inner,
      this.limitOf(planned),
    );
    if (!isOver) {
      const checkpointId = this.around.host.pauses ? planned.name : (pause?.checkpointId ?? planned.name);
      const wait = pause && { node: `${planned.name}/${pause.node}`, prompt: pause.prompt, checkpointId };
      return new Paused(wait, snapshot());
    }
    const update = node.updateOf(output);
    return error === null ? update : new NodeResult(planned.name, { output: update, error });
  }

  private end(planned: PlannedNode, path: string, answer: unknown, startedAt: number): VisitEnd {
    if (answer instanceof Paused) return answer;
    const durationMs = (this.lastAt = this.around.host.now()) - startedAt;
    if (answer instanceof NodeResult) {
      const { output, error } = answer;
      return this.told(path, new NodeResult(planned.name, { output, error, durationMs }));
    }
    let output: GraphUpdate;
    try {
      output = checkUpdate(planned.name, answer);
    } catch (error) {
      return this.fail(planned, path, error, startedAt);
    }
    return this.told(path, new NodeResult(planned.name, { output, durationMs }));
  }

  private fail(planned: PlannedNode, path: string, thrown: unknown, startedAt: number): VisitEnd {
    const { host } = this.around;
    // A run that was stopped ends as what stopped it, and not as this node's failure.
    if (host.isStopped) throw thrown;
    const cause = ownError(thrown);
    const node = planned.name;
    const pause = this.pauseOf(planned, cause);
    if (pause !== undefined) return pause;
    const durationMs = (this.lastAt = host.now()) - startedAt;
    const message = messageOf(cause);
    const output = planned.node.recover(cause);
    if (output !== undefined) return this.told(path, new NodeResult(node, { output, error: message, durationMs }));
    const result = this.told(path, new NodeResult(node, { error: message, durationMs }));
    if (isNodeExecutionError(cause) && cause.node === node)
      return new Failed(result, new NodeExecutionError(cause.message, { node, cause: cause.cause }));
    return new Failed(result, new NodeExecutionError(`The node "${node}" ${whatHappened(cause)}`, { node, cause }));
  }

  /** Whether it is no failure, but has to be waited for. */
  private pauseOf(planned: PlannedNode, cause: unknown): Paused | undefined {
    const isUnrecorded = cause instanceof Unrecorded;
    if (!isUnrecorded && !(this.around.host.pauses && cause instanceof HumanInputRequiredError)) return undefined;
    if (isUnrecorded) return new Paused(cause.wait);
    return new Paused(waitOf(planned, cause.prompt));
  }

  private told(path: string, result: NodeResult): NodeResult {
    this.around.observer?.onEnd?.(path, result);
    return result;
  }
}

function waitOf({ name }: PlannedNode, prompt: string): GraphWait {
  return { node: name, prompt, checkpointId: name };
}

function whatHappened(cause: unknown): string {
  if (isStepTimeoutError(cause)) return `timed out: it did not end within its timeout of ${cause.timeoutMs} ms.`;
  return `failed: ${messageOf(cause)}`;
}
