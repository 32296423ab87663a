import { Injectable } from '@nestjs/common';
import {
  otherModelError,
  refuseOtherVersion,
  type StartOptions,
  type WorkflowClient,
  type WorkflowHandle,
} from '../client/index.js';
import {
  isCompensationFailedError,
  isWorkflowFailedError,
  isWorkflowTimeoutError,
  WorkflowDefinitionError,
  describeValue,
  isWorkflowIdConflictError,
} from '../core/errors/index.js';
import type { EngineServices } from '../core/execution/index.js';
import { flag, knownOptions, oneOf, refuseUnknownOptions } from '../core/options/index.js';
import type { WorkflowHeaders } from '../core/records/index.js';
import { isPipelineExecutionError, toPipelineError } from './errors/pipeline-execution.error.js';
import { PipelineContext, type PipelineSnapshot } from './pipeline-context.js';
import { Pipeline, type PipelineDefinition } from './pipeline.definition.js';
import { startWith } from './pipeline-input.js';
import type { PipelineArguments, PipelineReference, PipelineResultsOf } from './pipeline-reference.js';
import { goOn } from './resumption.js';

/** @publicApi */
export interface PipelineServiceExecuteOptions {
  /** Makes the run durable. The same id again answers the same run: one that was cut short goes on where it stopped. @default in memory */
  readonly id?: string;
  /** Whether nothing more begins once a step has failed. Of an id that exists it is as the first call said. @default true */
  readonly failFast?: boolean;
  /** In memory it cancels the run; of a durable one it ends the waiting only. */
  readonly signal?: AbortSignal;
  readonly headers?: WorkflowHeaders;
}

const EXECUTE = knownOptions<PipelineServiceExecuteOptions>({ id: true, failFast: true, signal: true, headers: true });

/**
 * Runs pipelines: inject it wherever one is needed.
 *
 * @publicApi
 */
@Injectable()
export class PipelineService {
  /** @internal */
  constructor(
    private readonly services: EngineServices,
    private readonly client: WorkflowClient,
    /** Limit of each run that is given none of its own. */
    private readonly timeoutMs?: number,
  ) {}

  /**
   * Makes a pipeline known by its name, in its version, at any time. Best at the start of the application (`onModuleInit`): a durable run
   * that a crash interrupted goes on once its pipeline is known again. @throws WorkflowDefinitionError when another one has them.
   */
  register(pipeline: Pipeline): void {
    const given: unknown = pipeline;
    if (!(given instanceof Pipeline))
      throw new WorkflowDefinitionError(
        `PipelineService.register was given ${describeValue(given)}, which is no pipeline. Give it a new Pipeline(name, steps); classes with @PipelineWorkflow are found by themselves, as providers.`,
      );
    if (this.find(pipeline) === undefined) this.services.registry.register(pipeline.define());
  }

  /** @throws WorkflowDefinitionError when nothing is registered for the reference, or something else than a pipeline. */
  get(reference: PipelineReference): Pipeline {
    return this.definition(reference).pipeline;
  }

  /** Draws it. */
  diagram(reference: PipelineReference, format: 'mermaid' | 'dot' = 'mermaid'): string {
    oneOf(format, ['mermaid', 'dot'], 'format of diagram');
    const pipeline = reference instanceof Pipeline ? reference : this.get(reference);
    return format === 'dot' ? pipeline.toDot() : pipeline.toMermaid();
  }

  /**
   * Runs a pipeline and answers its context. Without an id in memory, here and now; with one durably, by whichever worker claims it.
   *
   * @param input What its steps find in `context.input`, or a context to begin with.
   * @throws PipelineExecutionError naming the first step that failed, with the undos that failed as `compensationErrors`
   * @throws WorkflowInputError when its `input` option refuses the input
   * @throws WorkflowTimeoutError when it takes longer than the `pipelineTimeout` of the module
   * @throws WorkflowVersionMismatchError when the id belongs to an instance of a version that this one does not take over
   */
  async execute<P extends PipelineReference>(
    reference: P,
    ...[input, options = {}]: PipelineArguments<P, PipelineServiceExecuteOptions>
  ): Promise<PipelineContext<PipelineResultsOf<P>>> {
    return (await this.run(reference, input, options)) as PipelineContext<PipelineResultsOf<P>>;
  }

  private async run(
    reference: PipelineReference,
    input: unknown,
    options: PipelineServiceExecuteOptions,
  ): Promise<PipelineContext> {
    refuseUnknownOptions(options, EXECUTE, 'execute');
    const { id, failFast = true, signal, headers } = options;
    flag(failFast, true, 'failFast of execute');
    if (id === undefined) {
      const initialContext = input instanceof PipelineContext ? input : new PipelineContext({ input });
      const pipeline = reference instanceof Pipeline ? (reference as Pipeline) : this.get(reference);
      const { timeoutMs } = this;
      const inMemory = { initialContext, failFast, headers, timeoutMs, ...(signal && { signal }) };
      return pipeline.executeWith(this.services, inMemory);
    }
    const definition = this.definition(reference);
    await refuseOtherVersion(this.services.store, id, definition);
    const begin = (isFailingFast: boolean): Promise<WorkflowHandle<PipelineSnapshot>> =>
      this.client.start(definition, startWith(input, isFailingFast), {
        id,
        ...this.limited,
        ...(headers && { headers }),
      });
    // An id that exists goes on as it was begun.
    const handle = await begin(failFast).catch((error: unknown) => {
      if (isWorkflowIdConflictError(error)) return begin(!failFast);
      throw error;
    });
    if (!handle.created && (await handle.status()).status === 'failed') await goOn(this.client, id);
    try {
      return PipelineContext.from(await handle.result(signal && { signal }));
    } catch (error) {
      const failure = isWorkflowFailedError(error) ? error.cause : error;
      if (isWorkflowTimeoutError(failure)) throw failure;
      const cause = isCompensationFailedError(failure) ? failure.cause : failure;
      throw isPipelineExecutionError(cause) ? toPipelineError(failure, await this.contextOf(definition, id)) : error;
    }
  }

  /**
   * What a durable run has done so far, or had done when it failed: its journal, seen as a context.
   *
   * @throws WorkflowNotFoundError
   */
  async getContext<P extends PipelineReference>(
    reference: P,
    id: string,
  ): Promise<PipelineContext<PipelineResultsOf<P>>> {
    return (await this.contextOf(this.definition(reference), id)) as PipelineContext<PipelineResultsOf<P>>;
  }

  private async contextOf({ pipeline }: PipelineDefinition, id: string): Promise<PipelineContext> {
    const { input, workflow } = await this.client.getStatus(id);
    if (workflow !== pipeline.name)
      throw new WorkflowDefinitionError(
        `The instance "${id}" is one of the workflow "${workflow}", not of the pipeline "${pipeline.name}". Ask for it with what it was begun with.`,
      );
    return pipeline.readJournal(input, await this.client.getJournal(id));
  }

  /** Starts a pipeline durably and answers its handle at once. @throws as `WorkflowClient.start` does */
  async start<P extends PipelineReference>(
    reference: P,
    ...[input, options = {}]: PipelineArguments<P, StartOptions & { readonly failFast?: boolean }>
  ): Promise<WorkflowHandle<PipelineSnapshot<PipelineResultsOf<P>>>> {
    const { failFast = true, ...others } = options;
    flag(failFast, true, 'failFast of start');
    const stored = startWith(input, failFast);
    const handle = await this.client.start(this.definition(reference), stored, { ...this.limited, ...others });
    return handle as WorkflowHandle<PipelineSnapshot<PipelineResultsOf<P>>>;
  }

  private get limited(): Pick<StartOptions, 'timeout'> {
    return this.timeoutMs === undefined ? {} : { timeout: this.timeoutMs };
  }

  private definition(reference: PipelineReference): PipelineDefinition {
    if (reference instanceof Pipeline) {
      const found = this.find(reference as Pipeline);
      if (found !== undefined) return found;
      throw new WorkflowDefinitionError(
        `The pipeline "${reference.name}" is not registered, so after a restart nobody would go on with a durable run of it. Register it when the application starts: PipelineService.register in onModuleInit, or WorkflowModule.forFeature([pipeline.define()]).`,
      );
    }
    const definition = this.services.registry.resolve(reference);
    if ((definition as Partial<PipelineDefinition>).pipeline !== undefined) return definition as PipelineDefinition;
    throw otherModelError(definition, 'pipeline');
  }

  private find(pipeline: Pipeline): PipelineDefinition | undefined {
    const found = this.services.registry.get(pipeline.name, pipeline.version) as
      Partial<PipelineDefinition> | undefined;
    return found?.pipeline === pipeline ? (found as PipelineDefinition) : undefined;
  }
}
