import { Injectable } from '@nestjs/common';
import {
  otherModelError,
  refuseOtherVersion,
  type StartOptions,
  type WorkflowClient,
  type WorkflowHandle,
} from '../client/index.js';
import { describeValue, isWorkflowFailedError, WorkflowDefinitionError } from '../core/errors/index.js';
import type { EngineServices } from '../core/execution/index.js';
import { knownOptions, oneOf, refuseUnknownOptions } from '../core/options/index.js';
import type { WorkflowHeaders } from '../core/records/index.js';
import { AbstractSaga } from './abstract-saga.js';
import { SagaVersionMismatchError } from './errors/saga-version-mismatch.error.js';
import { toSagaError } from './errors/saga.error.js';
import { Saga } from './saga.definition.js';
import type { SagaArguments, SagaReference, SagaResultsOf } from './saga-reference.js';

/** @publicApi */
export interface SagaServiceExecuteOptions {
  /** Makes the run durable. The same id again answers the same run. @default in memory */
  readonly id?: string;
  /** In memory it cancels the run; of a durable one it ends the waiting only. */
  readonly signal?: AbortSignal;
  readonly headers?: WorkflowHeaders;
}

const EXECUTE = knownOptions<SagaServiceExecuteOptions>({ id: true, signal: true, headers: true });

/**
 * Runs sagas: inject it wherever one is needed.
 *
 * @publicApi
 */
@Injectable()
export class SagaService {
  /** @internal */
  constructor(
    private readonly services: EngineServices,
    private readonly client: WorkflowClient,
  ) {}

  /**
   * Makes a saga known by its name, in its version, at any time. Best at the start of the application (`onModuleInit`): a durable run that
   * a crash interrupted goes on once its saga is known again. @throws WorkflowDefinitionError when another one has them.
   */
  register(saga: Saga<never, object>): void {
    if (!(saga instanceof Saga)) throw notOne(saga);
    this.services.registry.register(saga as Saga);
  }

  /** @throws WorkflowDefinitionError when nothing is registered for the reference, or something else than a saga. */
  get(reference: SagaReference): Saga {
    if ((reference as unknown) instanceof AbstractSaga) throw notOne(reference);
    const definition = this.services.registry.resolve(reference);
    if (reference instanceof Saga && reference !== definition) {
      throw new WorkflowDefinitionError(
        `The saga "${definition.name}" is not the one that is registered by its name and version. Register this one by another.`,
      );
    }
    if (definition instanceof Saga) return definition as Saga;
    throw otherModelError(definition, 'saga');
  }

  /** Draws it. */
  diagram(reference: SagaReference, format: 'mermaid' | 'dot' = 'mermaid'): string {
    const saga = this.resolve(reference);
    return oneOf(format, ['mermaid', 'dot'], 'format of diagram') === 'dot' ? saga.toDot() : saga.toMermaid();
  }

  /**
   * Runs a saga and answers what its steps answered, by their names. Without an id in memory, here and now; with one durably, by
   * whichever worker claims it.
   *
   * @throws SagaError naming the step that failed, once everything was undone, with what could not be as `compensationErrors`
   * @throws WorkflowCancelledError when it was cancelled
   * @throws WorkflowInputError when its `input` option refuses the input
   * @throws SagaVersionMismatchError when the id belongs to an instance of a version that this one does not take over
   */
  async execute<W extends SagaReference>(
    reference: W,
    ...[input, options = {}]: SagaArguments<W, SagaServiceExecuteOptions>
  ): Promise<SagaResultsOf<W>> {
    refuseUnknownOptions(options, EXECUTE, 'execute');
    const { id, ...others } = options;
    if (id === undefined)
      return (await this.resolve(reference).executeWith(this.services, input, others)) as SagaResultsOf<W>;
    const saga = this.get(reference);
    const toError = (begun: number): Error => new SagaVersionMismatchError(id, saga.version, begun);
    await refuseOtherVersion(this.services.store, id, saga, toError);
    const { signal, headers } = others;
    const handle = await this.client.start(saga, input, { id, ...(headers && { headers }) });
    try {
      return (await handle.result(signal && { signal })) as SagaResultsOf<W>;
    } catch (error) {
      throw isWorkflowFailedError(error) ? toSagaError(error.cause ?? error) : error;
    }
  }

  /** Starts a saga durably and answers its handle at once. @throws as `WorkflowClient.start` does */
  async start<W extends SagaReference>(
    reference: W,
    ...[input, options]: SagaArguments<W, StartOptions>
  ): Promise<WorkflowHandle<SagaResultsOf<W>>> {
    const handle: unknown = await this.client.start(this.get(reference), input, options);
    return handle as WorkflowHandle<SagaResultsOf<W>>;
  }

  /** A saga stands for itself where it is only looked at, or run in memory. */
  private resolve(reference: SagaReference): Saga {
    return reference instanceof Saga ? (reference as Saga) : this.get(reference);
  }
}

function notOne(given: unknown): WorkflowDefinitionError {
  return new WorkflowDefinitionError(
    given instanceof AbstractSaga
      ? `SagaService was given an object of the class ${given.constructor.name}, which is executed by itself: call its execute(). For runs in the journal give the class @SagaWorkflow, and give the class here.`
      : `SagaService.register was given ${describeValue(given)}, which is no saga. Give it what saga(name) … .build() answers; a class with @SagaWorkflow is found among the providers of a module.`,
  );
}
