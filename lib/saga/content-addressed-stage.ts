import { readOptional, type StepContext } from '../core/definition/index.js';
import { WorkflowDefinitionError } from '../core/errors/index.js';
import { knownOptions, refuseUnknownOptions } from '../core/options/index.js';
import { fingerprint, toJson } from '../core/serialization/index.js';
import type { SagaCompensation, SagaContext } from './saga-context.js';
import type { SagaStepOptions } from './saga-step.js';

/** @publicApi */
export interface ContentAddressedStageOptions<I = unknown, O = unknown> extends Pick<
  SagaStepOptions,
  'maxRetries' | 'retryDelay' | 'timeout' | 'idempotent'
> {
  /** Settings that change what the handler answers: with others, it is another answer. @default none */
  readonly configAffectingOutput?: Readonly<Record<string, unknown>>;
  /** Undoes the stage when a later one fails. Its answer is then not kept any longer. */
  readonly compensation?: SagaCompensation<O>;
  /** What the handler is given. @default the fields of the saga's input, and what the stages before have answered, by their names */
  readonly inputs?: (context: SagaContext) => I;
}

const OPTIONS = knownOptions<ContentAddressedStageOptions>({
  maxRetries: true,
  retryDelay: true,
  timeout: true,
  idempotent: true,
  configAffectingOutput: true,
  compensation: true,
  inputs: true,
});

/** Makes the answer of a stage. It must answer the same whenever it is given the same. @publicApi */
export type ContentAddressedHandler<I = unknown, O = unknown> = (inputs: I, step?: StepContext) => O | PromiseLike<O>;

/**
 * A stage of a {@link ContentAddressedSaga}: its answer is known by what it is made of.
 *
 * @example
 * new ContentAddressedStage('embed', ({ text }: Document) => model.embed(text), 'v1', { configAffectingOutput: { model: 'small' } })
 *
 * @publicApi
 */
export class ContentAddressedStage<I = unknown, O = unknown> {
  readonly configAffectingOutput: Readonly<Record<string, unknown>>;
  readonly compensation: SagaCompensation<O> | undefined;
  readonly options: ContentAddressedStageOptions<I, O>;

  /** @param handlerVersion Raise it when the handler answers otherwise than before. @throws WorkflowDefinitionError */
  constructor(
    stageId: string,
    handler: ContentAddressedHandler<I, O>,
    handlerVersion: string,
    options?: ContentAddressedStageOptions<I, O>,
  );
  constructor(
    stageId: string,
    handler: ContentAddressedHandler<I, O>,
    handlerVersion: string,
    configAffectingOutput?: Readonly<Record<string, unknown>>,
    compensation?: SagaCompensation<O> | null,
    options?: ContentAddressedStageOptions<I, O>,
  );
  constructor(
    readonly stageId: string,
    readonly handler: ContentAddressedHandler<I, O>,
    readonly handlerVersion: string,
    first?: ContentAddressedStageOptions<I, O> | Readonly<Record<string, unknown>>,
    ...others: readonly unknown[]
  ) {
    const place = `stage "${stageId}"`;
    if (typeof handler !== 'function')
      throw new WorkflowDefinitionError(`The ${place} has no function as its handler.`);
    if (typeof handlerVersion !== 'string' || handlerVersion === '')
      throw new WorkflowDefinitionError(`The ${place} has no version of its handler. Give a text, such as 'v1'.`);
    // Settings are told from options by where they stand: alone they may be either, and then known names decide.
    const isSettings = others.length > 0 || Object.keys(first ?? {}).some((name) => !OPTIONS.has(name));
    const leading = isSettings && first != null ? { configAffectingOutput: first } : first;
    type Given = ContentAddressedStageOptions<I, O>;
    this.options = readOptional<Given>(['configAffectingOutput', 'compensation'], [leading, ...others]);
    refuseUnknownOptions(this.options, OPTIONS, place);
    this.configAffectingOutput = this.options.configAffectingOutput ?? {};
    this.compensation = this.options.compensation;
  }

  /**
   * What its answer is known by.
   *
   * @throws WorkflowPayloadError when JSON would lose a part of the inputs.
   */
  keyOf(inputs: unknown, tenantId: string | undefined): string {
    if (inputs !== undefined) toJson(inputs, `inputs of stage "${this.stageId}"`);
    const { stageId, handlerVersion, configAffectingOutput } = this;
    const made = [fingerprint(inputs), fingerprint([handlerVersion, configAffectingOutput])];
    return [stageId, tenantId ?? '', ...made].map(encodeURIComponent).join('|');
  }
}
