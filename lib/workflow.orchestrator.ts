import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
  type OnModuleInit,
} from '@nestjs/common';
import type { WorkflowDefinition } from './core/definition/index.js';
import { WorkflowDefinitionError, describeValue } from './core/errors/index.js';
import { CqrsBridge } from './cqrs/index.js';
import { ProviderExplorer, WorkflowExplorer } from './discovery/index.js';
import { RESOLVED_WORKFLOW_OPTIONS, WORKFLOW_FEATURE_DEFINITIONS, WORKFLOW_OPTIONS } from './workflow.constants.js';
import { DEFINITION_FACTORIES } from './workflow.definition-factories.js';
import { WorkflowEngine } from './workflow.engine.js';
import type { ResolvedWorkflowOptions } from './workflow.options.js';

/**
 * Lives with the application: finds the workflows and opens the store when modules are initialised, executes from the bootstrap on,
 * stops claiming before the shutdown, and closes the store at its end.
 *
 * @internal
 */
@Injectable()
export class WorkflowOrchestrator
  implements OnModuleInit, OnApplicationBootstrap, BeforeApplicationShutdown, OnApplicationShutdown
{
  private disconnect: () => void = () => undefined;

  constructor(
    @Inject(RESOLVED_WORKFLOW_OPTIONS) private readonly options: ResolvedWorkflowOptions,
    private readonly engine: WorkflowEngine,
    private readonly providers: ProviderExplorer,
    private readonly workflows: WorkflowExplorer,
    private readonly cqrs: CqrsBridge,
  ) {}

  async onModuleInit(): Promise<void> {
    const { services, client, outlet } = this.engine;
    const { registry, logger, store } = services;
    this.refuseSecondModule();
    for (const definition of this.featureDefinitions()) registry.register(definition);
    for (const definition of await this.workflows.explore(DEFINITION_FACTORIES)) registry.register(definition);
    const publish = this.options.publishOnEventBus;
    this.disconnect = await this.cqrs.connect({ outlet, client, registry, logger, publish });
    await this.engine.open();
    logger.info(`Workflows are kept in the store "${store.kind}".`, {
      durable: store.durable,
      workflows: registry.keys(),
    });
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.engine.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.engine.stop();
  }

  async onApplicationShutdown(): Promise<void> {
    this.disconnect();
    await this.engine.close();
  }

  private featureDefinitions(): WorkflowDefinition[] {
    const definitions = this.providers.valuesOf<readonly WorkflowDefinition[]>(WORKFLOW_FEATURE_DEFINITIONS).flat();
    for (const definition of definitions as unknown[]) {
      if (typeof (definition as Partial<WorkflowDefinition> | null)?.run === 'function') continue;
      throw new WorkflowDefinitionError(
        `WorkflowModule.forFeature() was given ${describeValue(definition)}, which is no workflow definition. ` +
          'Give definitions there, and list workflow classes among the providers of a module.',
      );
    }
    return definitions;
  }

  private refuseSecondModule(): void {
    const count = this.providers.valuesOf(WORKFLOW_OPTIONS).length;
    if (count < 2) return;
    throw new WorkflowDefinitionError(
      `WorkflowModule.forRoot() is imported ${count} times. Import it once, in the application's root module; ` +
        'WorkflowModule.forFeature() may be imported as often as you like.',
    );
  }
}
