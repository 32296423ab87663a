import type { StepContext } from '../core/definition/index.js';
import { knownOptions, limit, refuseUnknownOptions } from '../core/options/index.js';
import { parseSeconds, systemClock, type Clock, type Duration } from '../core/time/index.js';
import { AbstractSaga } from './abstract-saga.js';
import { ContentAddressedStage } from './content-addressed-stage.js';
import { ContentCheckpoints, type ContentBlobStore, type ContentCheckpointStore } from './content-checkpoint.js';
import type { SagaContext } from './saga-context.js';
import { SagaStep } from './saga-step.js';
import type { SagaStore } from './saga.store.js';

/** @publicApi */
export interface ContentAddressedSagaOptions {
  /** Keeps how the saga stands. */
  readonly store?: SagaStore;
  /** Keeps answers that are larger than `inlineThresholdBytes`. @default all stand in the checkpoint store */
  readonly blobStore?: ContentBlobStore;
  /** Whose answers they are: tenants share none. */
  readonly tenantId?: string;
  /** The largest answer in the checkpoint store itself, bytes of UTF-8; `Infinity`: any. @default 1048576 */
  readonly inlineThresholdBytes?: number;
  /** How long an answer is good: seconds, a text such as `'7d'`, or `Infinity`. @default 86400 */
  readonly ttl?: Duration;
  /** @default the clock of this machine */
  readonly clock?: Clock;
}

const OPTIONS = knownOptions<ContentAddressedSagaOptions>({
  store: true,
  blobStore: true,
  tenantId: true,
  inlineThresholdBytes: true,
  ttl: true,
  clock: true,
});

/**
 * A saga of costly stages that answer the same whenever they are given the same: an answer that is known is not made again, by this saga
 * or by another one with the same checkpoint store, and one that is just being made is waited for.
 *
 * @example
 * const saga = new ContentAddressedSaga('document-7', checkpoints, { tenantId: 'acme' });
 * saga.addStage(new ContentAddressedStage('embed', ({ text }) => model.embed(text), 'v1'));
 * await saga.execute({ input: { text } });
 *
 * @publicApi
 */
export class ContentAddressedSaga<T = unknown> extends AbstractSaga<T> {
  readonly tenantId: string | undefined;
  private readonly checkpoints: ContentCheckpoints;
  private readonly ownStages: ContentAddressedStage[] = [];

  /** @throws WorkflowDefinitionError, WorkflowOptionsError */
  constructor(
    private readonly sagaId: string,
    checkpointStore: ContentCheckpointStore,
    options: ContentAddressedSagaOptions = {},
  ) {
    super({ ...(options.store && { store: options.store }) });
    const place = `saga "${sagaId}"`;
    refuseUnknownOptions(options, OPTIONS, place);
    const { blobStore, tenantId, inlineThresholdBytes, ttl = 86_400, clock = systemClock } = options;
    this.tenantId = tenantId;
    this.checkpoints = new ContentCheckpoints({
      store: checkpointStore,
      blobStore,
      inlineThresholdBytes: limit(inlineThresholdBytes, 1_048_576, `inlineThresholdBytes of ${place}`),
      ttlMs: ttl === Infinity ? ttl : parseSeconds(ttl, `ttl of ${place}`),
      clock,
      onFailure: (error) => this.onStoreFailure(error),
    });
  }

  override getId(): string {
    return this.sagaId;
  }

  /** In their order. */
  get stages(): readonly ContentAddressedStage[] {
    return [...this.ownStages];
  }

  /** Adds a stage at the end. @throws WorkflowDefinitionError for a name that is taken */
  addStage<I, O>(stage: ContentAddressedStage<I, O>): void {
    const own = stage as ContentAddressedStage;
    const before = this.ownStages.map(({ stageId }) => stageId);
    const inputsOf = (context: SagaContext): unknown => stage.options.inputs?.(context) ?? fieldsOf(context, before);
    const { maxRetries = 0, retryDelay, timeout, idempotent } = stage.options;
    const { compensation } = own;
    this.addStep(
      new SagaStep(stage.stageId, (context, step) => this.runStage(own, inputsOf(context), step), {
        maxRetries,
        ...(retryDelay !== undefined && { retryDelay }),
        ...(timeout !== undefined && { timeout }),
        ...(idempotent !== undefined && { idempotent }),
        ...(compensation !== undefined && {
          compensation: async (answer, context, undo) => {
            await this.checkpoints.forget(own.keyOf(inputsOf(context), this.tenantId));
            return compensation(answer, context, undo);
          },
        }),
      }),
    );
    this.ownStages.push(own);
  }

  /** The answer of a stage: the one that is known, or one that is made now and kept. */
  async runStage<I, O>(stage: ContentAddressedStage<I, O>, inputs: I, step?: StepContext): Promise<O> {
    const answer = await this.checkpoints.through(stage.keyOf(inputs, this.tenantId), {
      handlerVersion: stage.handlerVersion,
      make: () => stage.handler(inputs, step),
      signal: step?.signal,
    });
    return answer as O;
  }
}

/** What a stage is given by default: nothing that comes after it, so that its undo finds the same. */
function fieldsOf({ input, results }: SagaContext, before: readonly string[]): Record<string, unknown> {
  const given = typeof input === 'object' && !Array.isArray(input) ? input : input === undefined ? {} : { input };
  return { ...given, ...Object.fromEntries(before.map((stageId) => [stageId, results[stageId]])) };
}
