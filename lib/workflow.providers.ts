import type { Provider } from '@nestjs/common';
import { ModuleRef, ModulesContainer } from '@nestjs/core';
import { BulkOperationConfig, BulkService } from './bulk/index.js';
import { WorkflowClient } from './client/index.js';
import { WorkflowEvents } from './cqrs/index.js';
import { GraphConfig, GraphService } from './graph/index.js';
import { WorkflowHealthIndicator } from './health/index.js';
import { PipelineService } from './pipeline/index.js';
import { JournalSagaStore, SagaService, SagaStore } from './saga/index.js';
import { StateMachineService, StatePersistence } from './state-machine/index.js';
import { TaskService } from './tasks/index.js';
import type { WorkflowModuleOptions } from './workflow-module-options.interface.js';
import { refuseByDecorators } from './workflow.decorated-options.js';
import { requireOptions } from './workflow.given-options.js';
import { WORKFLOW_OPTIONS, WORKFLOW_STORE, WORKFLOW_WORKER } from './workflow.constants.js';
import { createEngine, type WorkflowEngine } from './workflow.engine.js';
import { NestWorkflowLogger } from './workflow.logger.js';
import { resolveWorkflowOptions } from './workflow.options.js';
import { WorkflowOrchestrator } from './workflow.orchestrator.js';
import { createStore } from './workflow.store.js';

/** What the application may inject, each a part of the one engine. Whatever Nest has to make and to watch costs every start. */
const PARTS = [
  part(WORKFLOW_STORE, ({ services }) => services.store),
  part(WORKFLOW_WORKER, ({ worker }) => worker),
  part(WorkflowClient, ({ client }) => client),
  part(
    PipelineService,
    ({ services, client, settings }) => new PipelineService(services, client, settings.bulk.pipelineTimeoutMs),
  ),
  part(SagaService, ({ services, client }) => new SagaService(services, client)),
  part(SagaStore, ({ services, client }) => new JournalSagaStore(services, client)),
  part(GraphService, ({ services, client, settings }) => new GraphService(services, client, settings.graph)),
  part(GraphConfig, ({ settings }) => settings.graph),
  part(TaskService, ({ services, client }) => new TaskService(services, client)),
  part(BulkService, ({ services, client, settings }) => new BulkService(services, client, settings.bulk)),
  part(BulkOperationConfig, ({ settings }) => settings.bulk),
  part(StatePersistence, ({ services }) => services.store.states),
  part(
    StateMachineService,
    // As it stands in the container, where a test may have put one of its own.
    ({ services, client }, states: StatePersistence) => new StateMachineService(services, client, states),
    StatePersistence,
  ),
  part(WorkflowEvents, ({ services: { bus, stream, logger } }) => new WorkflowEvents(bus, stream, logger)),
  part(
    WorkflowHealthIndicator,
    ({ services, worker }) => new WorkflowHealthIndicator({ ...services, ...(worker !== undefined && { worker }) }),
  ),
];

/** Everything the module provides. @internal */
export const WORKFLOW_PROVIDERS: Provider[] = [
  {
    provide: WorkflowOrchestrator,
    inject: [WORKFLOW_OPTIONS, ModulesContainer, ModuleRef],
    useFactory: createOrchestrator,
  },
  ...PARTS,
];

/** What the application may inject. @internal */
export const WORKFLOW_EXPORTS = [WORKFLOW_OPTIONS, ...PARTS.map(({ provide }) => provide)];

async function createOrchestrator(
  given: WorkflowModuleOptions,
  modules: ModulesContainer,
  moduleRef: ModuleRef,
): Promise<WorkflowOrchestrator> {
  const options = resolveWorkflowOptions(requireOptions(given, 'WorkflowModule, as they were injected,'));
  await refuseByDecorators(given);
  const logger = new NestWorkflowLogger();
  const engine = createEngine(options, await createStore(options, moduleRef, logger), logger);
  return new WorkflowOrchestrator(engine, modules, moduleRef);
}

type Token<T> = symbol | (abstract new (...parts: never[]) => T);

function part<T, P = never>(provide: Token<T>, of: (engine: WorkflowEngine, other: P) => T, other?: Token<P>) {
  return {
    provide,
    inject: [WorkflowOrchestrator, ...(other === undefined ? [] : [other])],
    useFactory: ({ engine }: WorkflowOrchestrator, needed: P) => of(engine, needed),
  };
}
