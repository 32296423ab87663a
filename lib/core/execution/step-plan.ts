import type { StepContext } from '../definition/index.js';
import type { RetryPolicy } from '../policies/index.js';
import type { WorkflowHeaders } from '../records/index.js';
import type { AttemptPlan } from './attempt-plan.js';
import type { CallHost } from './call-host.js';

/** What a step's call says of how it is tried. @internal */
export interface TriedStep {
  readonly step: string;
  /** Its journal name. */
  readonly name: string;
  readonly options: Pick<AttemptPlan, 'policy' | 'timeoutMs' | 'heartbeatTimeoutMs'>;
  readonly bodyKind: AttemptPlan['kind'];
  /** One try of the body. */
  perform(host: CallHost, context: StepContext): unknown;
  /** What is recorded of the body's answer. */
  record(host: CallHost, value: unknown): string | undefined;
}

/** How a step is tried: what its call and the instance say already, looked up instead of copied. @internal */
export class StepPlan implements AttemptPlan {
  constructor(
    private readonly call: TriedStep,
    private readonly host: CallHost,
    readonly firstAttempt: number,
    readonly progress: (() => Promise<unknown>) | undefined,
  ) {}

  get kind(): 'step' | 'transaction' {
    return this.call.bodyKind;
  }

  get workflowId(): string {
    return this.host.record.id;
  }

  get generation(): number {
    return this.host.record.generation;
  }

  get step(): string {
    return this.call.step;
  }

  get name(): string {
    return this.call.name;
  }

  get headers(): WorkflowHeaders {
    return this.host.record.headers;
  }

  get policy(): RetryPolicy {
    return this.call.options.policy;
  }

  get timeoutMs(): number | undefined {
    return this.call.options.timeoutMs;
  }

  get heartbeatTimeoutMs(): number | undefined {
    return this.call.options.heartbeatTimeoutMs;
  }

  get inProcessBelowMs(): number {
    return this.call.options.policy.inProcessBelowMs;
  }

  body(context: StepContext): unknown {
    return this.call.perform(this.host, context);
  }

  record(value: unknown): string | undefined {
    return this.call.record(this.host, value);
  }
}
