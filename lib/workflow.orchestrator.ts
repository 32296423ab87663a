import type {
  BeforeApplicationShutdown,
  OnApplicationBootstrap,
  OnApplicationShutdown,
  OnModuleInit,
} from '@nestjs/common';
import type { ModuleRef, ModulesContainer } from '@nestjs/core';
import type { WorkflowDefinition } from './core/definition/index.js';
import { WorkflowDefinitionError, describeValue } from './core/errors/index.js';
import { CqrsBridge } from './cqrs/index.js';
import { ProviderExplorer, WorkflowExplorer } from './discovery/index.js';
import { WORKFLOW_FEATURE_DEFINITIONS, WORKFLOW_OPTIONS } from './workflow.constants.js';
import { DEFINITION_FACTORIES } from './workflow.definition-factories.js';
import type { WorkflowEngine } from './workflow.engine.js';

/**
 * Lives with the application: finds the workflows and opens the store when modules are initialised, executes from the bootstrap on,
 * stops claiming before the shutdown, and closes the store at its end.
 *
 * @internal
 */
export class WorkflowOrchestrator
  implements OnModuleInit, OnApplicationBootstrap, BeforeApplicationShutdown, OnApplicationShutdown
{
  private disconnect: () => void = () => undefined;

  constructor(
    readonly engine: WorkflowEngine,
    private readonly modules: ModulesContainer,
    private readonly moduleRef: ModuleRef,
  ) {}

  async onModuleInit(): Promise<void> {
    const { services, client, outlet, settings } = this.engine;
    const { registry, logger, store } = services;
    const providers = new ProviderExplorer(this.modules);
    refuseSecondModule(providers);
    for (const definition of featureDefinitions(providers)) registry.register(definition);
    const workflows = new WorkflowExplorer(providers);
    for (const definition of await workflows.explore(DEFINITION_FACTORIES)) registry.register(definition);
    const cqrs = new CqrsBridge(this.moduleRef, providers);
    this.disconnect = await cqrs.connect({ outlet, client, registry, logger, publish: settings.publishOnEventBus });
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
}

function featureDefinitions(providers: ProviderExplorer): WorkflowDefinition[] {
  const definitions = providers.valuesOf<readonly WorkflowDefinition[]>(WORKFLOW_FEATURE_DEFINITIONS).flat();
  for (const definition of definitions as unknown[]) {
    if (typeof (definition as Partial<WorkflowDefinition> | null)?.run === 'function') continue;
    throw new WorkflowDefinitionError(
      `WorkflowModule.forFeature() was given ${describeValue(definition)}, which is no workflow definition. ` +
        'Give definitions there, and list workflow classes among the providers of a module.',
    );
  }
  return definitions;
}

function refuseSecondModule(providers: ProviderExplorer): void {
  const count = providers.valuesOf(WORKFLOW_OPTIONS).length;
  if (count < 2) return;
  throw new WorkflowDefinitionError(
    `WorkflowModule.forRoot() is imported ${count} times. Import it once, in the application's root module; ` +
      'WorkflowModule.forFeature() may be imported as often as you like.',
  );
}
