import { WorkflowDefinitionError } from '../core/errors/index.js';
import type { TransactionOptions } from '../core/definition/index.js';
import { flag, knownOptions, refuseUnknownOptions } from '../core/options/index.js';
import { formatDuration, parseDuration } from '../core/time/index.js';
import {
  checkStepOptions,
  inputValidator,
  stepMethodsOf,
  undoMethodsOf,
  type DecoratedProvider,
  type DefinitionFactory,
} from '../discovery/index.js';
import { AbstractSaga } from './abstract-saga.js';
import { SAGA_METADATA, type SagaMetadata } from './decorators/saga-workflow.decorator.js';
import { SagaStep } from './saga-step.js';
import { SagaTransaction } from './saga-transaction.js';
import { Saga } from './saga.definition.js';

/** Turns `@SagaWorkflow` classes into definitions. @internal */
export const sagaDefinitionFactory: DefinitionFactory<SagaMetadata> = {
  decorator: '@SagaWorkflow',
  metadata: SAGA_METADATA,
  create: async (provider) => {
    const { instance, target, metadata, place } = provider;
    const { input } = metadata.options;
    // What is wrong with it is told by the name of the class, and before anything comes in.
    if (input !== undefined) await inputValidator(input, place);
    if (instance instanceof AbstractSaga) return defineObject(instance, provider);
    const steps = stepsOf(provider);
    if (steps.length === 0)
      throw new WorkflowDefinitionError(`The ${place} carries @SagaWorkflow but has no step. ${MEND}`);
    return new Saga(metadata.name, steps, { ...metadata.options, target });
  },
};

const MEND = 'Put @Step() on the methods that are its steps.';

/** The steps that a saga has been given, without what it does with them when it is executed directly. */
function defineObject(saga: AbstractSaga, { target, metadata, place }: DecoratedProvider<SagaMetadata>): Saga {
  const { name, options } = metadata;
  if (options.version !== undefined || options.isCompatibleWith !== undefined) {
    throw new WorkflowDefinitionError(
      `The ${place} is an AbstractSaga and gives a version to @SagaWorkflow. Give it as VERSION and isCompatibleWith of the class.`,
    );
  }
  if (saga.steps.length === 0)
    throw new WorkflowDefinitionError(`The ${place} has no step. Call addStep() in its constructor.`);
  return new Saga(name, saga.steps, {
    ...options,
    version: saga.getVersion(),
    isCompatibleWith: (version) => saga.isCompatibleWith(version),
    target,
  });
}

function stepsOf({ target, instance, place }: DecoratedProvider<SagaMetadata>): SagaStep[] {
  const methods = stepMethodsOf(target);
  const undos = undoMethodsOf(target, place);
  // Looked up at each call, so that a test may replace the method of the instance.
  const call =
    (method: string) =>
    (...args: unknown[]): unknown =>
      (instance as Record<string, (...args: unknown[]) => unknown>)[method]?.(...args);
  return methods.map(({ method, options }) => {
    const { name = method, timeout, retry } = options;
    checkStepOptions(options, `${place}.${method}()`);
    if (options.dependencies !== undefined) {
      throw new WorkflowDefinitionError(
        `The step ${place}.${method}() has dependencies. The steps of a saga run in their order: leave them out.`,
      );
    }
    const { shouldSkip, onError, cleanup, compensate, child } = options;
    for (const [option, value] of Object.entries({ shouldSkip, onError, cleanup, compensate, child })) {
      if (value === undefined) continue;
      throw new WorkflowDefinitionError(
        `The step ${place}.${method}() has the option ${option}, which is for pipelines. A saga undoes with @Compensate('${name}').`,
      );
    }
    const undo = undos.get(name);
    const transaction = transactionOf(options.transaction, `${place}.${method}()`);
    return new (transaction === undefined ? SagaStep : SagaTransaction)(name, call(method), {
      ...transaction,
      ...(undo !== undefined && { compensation: call(undo.method), ...undo.options }),
      // As text, because a bare number of a step is seconds and one of a decorator milliseconds.
      ...(timeout !== undefined && {
        timeout: formatDuration(parseDuration(timeout, `timeout of ${place}.${method}()`)),
      }),
      ...(retry !== undefined && { retry }),
    });
  });
}

type Transaction = Pick<TransactionOptions, 'isolation'>;

const TRANSACTION = knownOptions<Transaction>({ isolation: true });

/** How a step is a transaction, if it is one. */
function transactionOf(given: boolean | Transaction | undefined, place: string): Transaction | undefined {
  if (typeof given !== 'object' || given === null)
    return flag(given, false, `transaction of ${place}`) ? {} : undefined;
  refuseUnknownOptions(given, TRANSACTION, place, 'transaction');
  return given;
}
