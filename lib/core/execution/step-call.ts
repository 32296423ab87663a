import type { AbortScope } from '../cancellation/index.js';
import type { CompensationContext, StepContext, StepOptions } from '../definition/index.js';
import {
  ContextUsageError,
  isStepHeartbeatTimeoutError,
  isStepInterruptedError,
  isStepTimeoutError,
  StepFailedError,
  StepInterruptedError,
} from '../errors/index.js';
import { retryKey } from '../journal/index.js';
import { callback, knownOptions, refuseUnknownOptions } from '../options/index.js';
import { resolveRetry, type RetryOptions, type RetryPolicy } from '../policies/index.js';
import type { EntryData, JournalEntry } from '../records/index.js';
import { readPatiently } from '../store/index.js';
import { parseDuration } from '../time/index.js';
import type { AttemptsEnd } from './attempts.js';
import type { CallHost } from './call-host.js';
import type { Delivery } from './arrival.js';
import { Call } from './call.js';
import { StepPlan, type TriedStep } from './step-plan.js';

/** A step's options, checked and in milliseconds. @internal */
export interface ResolvedStep {
  readonly policy: RetryPolicy;
  readonly timeoutMs: number | undefined;
  readonly heartbeatTimeoutMs: number | undefined;
  readonly atMostOnce: boolean;
  readonly compensate: ((result: unknown, context: CompensationContext) => unknown) | undefined;
  readonly compensateRetry: RetryPolicy;
  readonly compensateAtMostOnce: boolean;
}

const STEP = knownOptions<StepOptions>({
  retry: true,
  timeout: true,
  heartbeatTimeout: true,
  compensate: true,
  compensateRetry: true,
  compensateAtMostOnce: true,
  atMostOnce: true,
});

/** Checks a step's options. @throws WorkflowOptionsError, ContextUsageError naming step and field @internal */
export function resolveStep<T>(
  step: string,
  options: StepOptions<T> | undefined,
  defaults: ResolvedStep,
  known = STEP,
): ResolvedStep {
  if (options == null) return defaults;
  const place = `step "${step}"`;
  refuseUnknownOptions(options, known, place);
  if (options.atMostOnce === true && isRepeated(options.retry)) {
    throw new ContextUsageError(
      `Step "${step}" is declared atMostOnce and with retry; a body that may run at most once cannot be retried. Remove one of them.`,
    );
  }
  if (options.compensateAtMostOnce === true && isRepeated(options.compensateRetry)) {
    throw new ContextUsageError(
      `Step "${step}" is declared compensateAtMostOnce and with compensateRetry; an undo that may run at most once cannot be retried. Remove one of them.`,
    );
  }
  return {
    policy: resolveRetry(options.atMostOnce === true ? false : options.retry, defaults.policy, place),
    timeoutMs: options.timeout === undefined ? undefined : parseDuration(options.timeout, `timeout of ${place}`),
    heartbeatTimeoutMs:
      options.heartbeatTimeout === undefined
        ? undefined
        : parseDuration(options.heartbeatTimeout, `heartbeatTimeout of ${place}`),
    atMostOnce: options.atMostOnce === true,
    compensate: callback(options.compensate, `compensate of ${place}`, UNDO) as ResolvedStep['compensate'],
    compensateRetry: resolveRetry(
      options.compensateAtMostOnce === true ? false : options.compensateRetry,
      defaults.policy,
      place,
      'compensateRetry',
    ),
    compensateAtMostOnce: options.compensateAtMostOnce === true,
  };
}

function isRepeated(retry: RetryOptions | undefined): boolean {
  return retry !== undefined && retry !== false && retry !== 1;
}

/** What an undo is given. @internal */
export const UNDO = '(result, context) => …';

/** What a step has that says nothing about itself. @internal */
export function plainStep(policy: RetryPolicy): ResolvedStep {
  return {
    policy,
    timeoutMs: undefined,
    heartbeatTimeoutMs: undefined,
    atMostOnce: false,
    compensate: undefined,
    compensateRetry: policy,
    compensateAtMostOnce: false,
  };
}

/** The marker that a step's body is about to run. @internal */
export function startMarker(name: string): string {
  return `$start:${name}`;
}

/** Before the name of what is recorded as a step is, and is none: what an interpreter asks beside it. @internal */
export const HOOK = '$hook:';

/** A step: a side effect tried under its policy and recorded once. @internal */
export class StepCall extends Call implements TriedStep {
  readonly hasEffect = true;
  private attempts = 0;

  constructor(
    name: string,
    calledAt: number,
    readonly step: string,
    readonly options: ResolvedStep,
    protected readonly body: (context: StepContext) => unknown,
  ) {
    super(name, 'step', calledAt);
  }

  /** Only a step that can be undone. */
  override get leavesSomething(): boolean {
    return this.options.compensate !== undefined;
  }

  prepare(host: CallHost): void {
    if (!this.recordsStart || host.journal.has(startMarker(this.name))) return;
    host.stageMarker({ name: startMarker(this.name), kind: 'start', status: 'running', calledAt: this.calledAt });
  }

  override begin(host: CallHost): void {
    if (this.options.atMostOnce && this.wasBegunBefore(host)) {
      this.fail(host, new StepInterruptedError({ step: this.step }), 'failed', 1);
      return;
    }
    const retry = host.journal.latestRetry(this.name);
    this.attempts = retry?.attempts ?? 0;
    if (retry?.data?.dueAt?.['retry'] !== undefined) this.waitFor(host, retry, retry.data.dueAt['retry']);
    else this.run(host);
  }

  /** Records the start of a body that has been running for a while. */
  override recordLateStart(host: CallHost): void {
    if (this.isSettled || host.journal.has(startMarker(this.name))) return;
    host.stageMarker({ name: startMarker(this.name), kind: 'start', status: 'running', calledAt: this.calledAt });
  }

  protected run(host: CallHost): void {
    const progress = this.wasBegunBefore(host) ? () => this.readProgress(host) : undefined;
    host.attempt(this.name, new StepPlan(this, host, this.attempts + 1, progress), this.scopeOf(host), (end) => {
      this.conclude(host, end);
    });
  }

  /** What stops the step. */
  protected scopeOf(host: CallHost): AbortScope {
    return host.scope;
  }

  protected conclude(host: CallHost, end: AttemptsEnd): void {
    if (end.kind === 'completed') {
      const { attempts, text, value } = end;
      host.arrive({ call: this, status: 'completed', attempts, text, sealed: undefined, value });
    } else if (end.kind === 'failed') {
      this.fail(host, end.error, end.status, end.attempts);
    } else {
      const dueAt = Math.ceil(host.services.storeTime.now() + end.delayMs);
      const marker = host.stageMarker({
        name: retryKey(this.name, end.attempts),
        kind: 'retry',
        status: 'running',
        attempts: end.attempts,
        calledAt: this.calledAt,
        data: { dueAt: { retry: dueAt } },
      });
      this.attempts = end.attempts;
      this.waitFor(host, marker, dueAt);
    }
  }

  /** What the body is, for what is called inside it. */
  get bodyKind(): 'step' | 'transaction' {
    return 'step';
  }

  /** One try of the body. */
  perform(_host: CallHost, context: StepContext): unknown {
    return this.body(context);
  }

  /** What is recorded of the body's answer. */
  record(host: CallHost, value: unknown): string | undefined {
    return host.services.payloads.toText(value, this.place);
  }

  /** Where its result stands, in messages. */
  get place(): string {
    return `result of step "${this.step}"`;
  }

  protected receive(delivery: Delivery): unknown {
    if (delivery.error !== undefined) throw delivery.error;
    return delivery.value;
  }

  /** An earlier owner may have run the body, and recorded what it reported. */
  protected wasBegunBefore(host: CallHost): boolean {
    const { loadedHead } = host.journal;
    if (loadedHead === 0) return false;
    const start = host.journal.get(startMarker(this.name));
    return start !== undefined && start.position <= loadedHead;
  }

  private async readProgress(host: CallHost): Promise<unknown> {
    const { clock, store, payloads } = host.services;
    const { id, generation } = host.record;
    const text = await readPatiently(
      clock,
      () => store.readProgress(id, generation, this.step),
      () => host.scope.aborted,
    );
    return payloads.decode(text, { workflowId: id, place: 'stream' });
  }

  private get recordsStart(): boolean {
    return (
      this.options.compensate !== undefined || this.options.atMostOnce || this.options.heartbeatTimeoutMs !== undefined
    );
  }

  protected waitFor(host: CallHost, marker: JournalEntry, dueAt: number): void {
    host.desk.add({
      name: marker.name,
      conditions: [{ kind: 'timer', key: 'retry', dueAt }],
      registeredAt: marker.position,
      onDue: () => {
        host.requeue({
          begin: () => {
            this.run(host);
          },
        });
      },
      onSignal: () => undefined,
    });
  }

  /** @param data What the engine is to know of it later. */
  protected fail(
    host: CallHost,
    error: unknown,
    status: 'failed' | 'timed_out' | 'cancelled',
    attempts: number,
    data?: EntryData,
  ): void {
    const failure = stepError(this.step, attempts, error);
    host.arrive({ call: this, status, attempts, error: failure, ...(data !== undefined && { data }) });
  }
}

/** What the code receives: time-outs and interruptions as they are, everything else with the step's name around it. @internal */
export function stepError(step: string, attempts: number, error: unknown): Error {
  if (isStepTimeoutError(error) || isStepHeartbeatTimeoutError(error) || isStepInterruptedError(error)) return error;
  return new StepFailedError({ step, attempts, cause: error });
}
