import { Injectable } from '@nestjs/common';
import {
  otherModelError,
  reopening,
  type StartOptions,
  type WorkflowClient,
  type WorkflowHandle,
} from '../client/index.js';
import { toDot, toMermaid } from '../core/diagram/index.js';
import {
  describeValue,
  isWorkflowFailedError,
  isWorkflowTimeoutError,
  WorkflowDefinitionError,
} from '../core/errors/index.js';
import { executeInMemory, type EngineServices } from '../core/execution/index.js';
import { knownOptions, oneOf, refuseUnknownOptions } from '../core/options/index.js';
import type { WorkflowHeaders } from '../core/records/index.js';
import { BulkOperationConfig } from './bulk-operation-config.js';
import { Bulk } from './bulk.definition.js';
import type { BulkRunner } from './decorators/bulk-workflow.decorator.js';
import type { BulkSummary } from './bulk.interpreter.js';
import { BULK_HOUSE } from './house-settings.js';

/** A bulk, its decorated class, or its registered name. @publicApi */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- input is contravariant: nothing narrower accepts every bulk
export type BulkReference = string | Bulk<any, any, any> | (abstract new (...args: any[]) => BulkRunner<any, any, any>);

/** What a bulk takes. @publicApi */
export type BulkInputOf<W> =
  W extends Bulk<infer I, infer _T, infer _R>
    ? I
    : W extends abstract new (...args: never[]) => { source(input: infer I): unknown }
      ? I
      : unknown;

/** What becomes of a bulk. @publicApi */
export type BulkSummaryOf<W> =
  W extends Bulk<infer _I, infer _T, infer R>
    ? BulkSummary<R>
    : W extends abstract new (...args: never[]) => { process(...args: never[]): infer A }
      ? BulkSummary<Awaited<A> extends readonly (infer R)[] ? R : unknown>
      : BulkSummary;

/** @publicApi */
export interface BulkServiceExecuteOptions {
  /** Makes the run durable. The same id again answers the same run: one that failed goes on where it stopped. @default in memory */
  readonly id?: string;
  /** In memory it cancels the run; of a durable one it ends the waiting only. */
  readonly signal?: AbortSignal;
  readonly headers?: WorkflowHeaders;
}

const EXECUTE = knownOptions<BulkServiceExecuteOptions>({ id: true, signal: true, headers: true });

/**
 * Runs bulks: inject it wherever one is needed.
 *
 * @publicApi
 */
@Injectable()
export class BulkService {
  /** @internal */
  constructor(
    private readonly services: EngineServices,
    private readonly client: WorkflowClient,
    /** For what bulks do not say themselves. */
    house: BulkOperationConfig = new BulkOperationConfig(),
  ) {
    BULK_HOUSE.note(services.registry, house);
  }

  /**
   * Makes a bulk known by its name, in its version. For durable runs before the application has started (`onModuleInit`), because a
   * worker says at its start what it can run. @throws WorkflowDefinitionError when another one has them.
   */
  register<I, T, R>(definition: Bulk<I, T, R>): void {
    if (!(definition instanceof Bulk)) throw notOne(definition);
    this.services.registry.register(definition);
  }

  /** @throws WorkflowDefinitionError when nothing is registered for the reference, or something else than a bulk. */
  get(reference: BulkReference): Bulk {
    const definition = this.services.registry.resolve(reference);
    if (definition instanceof Bulk) return definition as Bulk;
    throw otherModelError(definition, 'bulk');
  }

  /** Draws it. */
  diagram(reference: BulkReference, format: 'mermaid' | 'dot' = 'mermaid'): string {
    const graph = this.resolve(reference).diagramIn(this.services.registry);
    return oneOf(format, ['mermaid', 'dot'], 'format of diagram') === 'dot' ? toDot(graph) : toMermaid(graph);
  }

  /**
   * Runs a bulk and answers what became of its items. Without an id in memory, here and now; with one durably, by whichever worker
   * claims it. Batches that failed are counted in the answer, and no errors.
   *
   * @throws StepFailedError in memory, WorkflowFailedError durably, when the source cannot be read or has changed
   * @throws WorkflowTimeoutError when it takes longer than its `timeout`
   * @throws WorkflowCancelledError when it was cancelled
   */
  async execute<W extends BulkReference>(
    reference: W,
    input?: BulkInputOf<W>,
    options: BulkServiceExecuteOptions = {},
  ): Promise<BulkSummaryOf<W>> {
    refuseUnknownOptions(options, EXECUTE, 'execute');
    const { id, signal, headers } = options;
    if (id === undefined)
      return (await executeInMemory(this.resolve(reference), input, this.services, {
        signal,
        headers,
      })) as BulkSummaryOf<W>;
    const handle = await this.start(reference, input, { id, ...(headers && { headers }) });
    if (!handle.created && (await handle.status()).status === 'failed') await reopening(this.client.retry(id));
    try {
      return (await handle.result(signal && { signal })) as BulkSummaryOf<W>;
    } catch (error) {
      throw isWorkflowFailedError(error) && isWorkflowTimeoutError(error.cause) ? error.cause : error;
    }
  }

  /** Starts a bulk durably and answers its handle at once. @throws as `WorkflowClient.start` does */
  async start<W extends BulkReference>(
    reference: W,
    input?: BulkInputOf<W>,
    options?: StartOptions,
  ): Promise<WorkflowHandle<BulkSummaryOf<W>>> {
    const handle: unknown = await this.client.start(this.get(reference), input, options);
    return handle as WorkflowHandle<BulkSummaryOf<W>>;
  }

  /** A bulk stands for itself where it is only looked at, or run in memory. */
  private resolve(reference: BulkReference): Bulk {
    return reference instanceof Bulk ? (reference as Bulk) : this.get(reference);
  }
}

function notOne(given: unknown): WorkflowDefinitionError {
  return new WorkflowDefinitionError(
    `BulkService.register was given ${describeValue(given)}, which is no bulk. Give it what bulk(name, options) answers; a class with @BulkWorkflow is found among the providers of a module.`,
  );
}
