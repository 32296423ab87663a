import type { Provider } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { BulkOperationConfig, BulkService } from './bulk/index.js';
import { WorkflowClient } from './client/index.js';
import { CqrsBridge, WorkflowEvents } from './cqrs/index.js';
import { ProviderExplorer, WorkflowExplorer } from './discovery/index.js';
import { GraphConfig, GraphService } from './graph/index.js';
import { WorkflowHealthIndicator } from './health/index.js';
import { PipelineService } from './pipeline/index.js';
import { JournalSagaStore, SagaService, SagaStore } from './saga/index.js';
import { StateMachineService, StatePersistence } from './state-machine/index.js';
import { TaskService } from './tasks/index.js';
import type { WorkflowModuleOptions } from './workflow-module-options.interface.js';
import { refuseByDecorators } from './workflow.decorated-options.js';
import { requireOptions } from './workflow.given-options.js';
import { RESOLVED_WORKFLOW_OPTIONS, WORKFLOW_OPTIONS, WORKFLOW_STORE, WORKFLOW_WORKER } from './workflow.constants.js';
import { WorkflowEngine, createEngine } from './workflow.engine.js';
import { NestWorkflowLogger } from './workflow.logger.js';
import { resolveWorkflowOptions, type ResolvedWorkflowOptions } from './workflow.options.js';
import { WorkflowOrchestrator } from './workflow.orchestrator.js';
import { createStore } from './workflow.store.js';

const engineProviders: Provider[] = [
  {
    provide: RESOLVED_WORKFLOW_OPTIONS,
    inject: [WORKFLOW_OPTIONS],
    useFactory: async (options: WorkflowModuleOptions) => {
      const resolved = resolveWorkflowOptions(requireOptions(options, 'WorkflowModule, as they were injected,'));
      await refuseByDecorators(options);
      return resolved;
    },
  },
  NestWorkflowLogger,
  {
    provide: WORKFLOW_STORE,
    inject: [RESOLVED_WORKFLOW_OPTIONS, ModuleRef, NestWorkflowLogger],
    useFactory: createStore,
  },
  {
    provide: WorkflowEngine,
    inject: [RESOLVED_WORKFLOW_OPTIONS, WORKFLOW_STORE, NestWorkflowLogger],
    useFactory: createEngine,
  },
];

const publicProviders: Provider[] = [
  { provide: WorkflowClient, inject: [WorkflowEngine], useFactory: ({ client }: WorkflowEngine) => client },
  {
    provide: PipelineService,
    inject: [WorkflowEngine, BulkOperationConfig],
    useFactory: ({ services, client }: WorkflowEngine, { pipelineTimeoutMs }: BulkOperationConfig) =>
      new PipelineService(services, client, pipelineTimeoutMs),
  },
  {
    provide: GraphService,
    inject: [WorkflowEngine],
    useFactory: ({ services, client }: WorkflowEngine) => new GraphService(services, client),
  },
  {
    provide: GraphConfig,
    inject: [RESOLVED_WORKFLOW_OPTIONS],
    useFactory: ({ graph }: ResolvedWorkflowOptions) => graph,
  },
  {
    provide: TaskService,
    inject: [WorkflowEngine],
    useFactory: ({ services, client }: WorkflowEngine) => new TaskService(services, client),
  },
  {
    provide: SagaService,
    inject: [WorkflowEngine],
    useFactory: ({ services, client }: WorkflowEngine) => new SagaService(services, client),
  },
  {
    provide: BulkService,
    inject: [WorkflowEngine],
    useFactory: ({ services, client }: WorkflowEngine) => new BulkService(services, client),
  },
  {
    provide: BulkOperationConfig,
    inject: [RESOLVED_WORKFLOW_OPTIONS],
    useFactory: ({ bulk }: ResolvedWorkflowOptions) => bulk,
  },
  {
    provide: SagaStore,
    inject: [WorkflowEngine],
    useFactory: ({ services, client }: WorkflowEngine) => new JournalSagaStore(services, client),
  },
  {
    provide: StateMachineService,
    inject: [WorkflowEngine],
    useFactory: ({ services, client }: WorkflowEngine) => new StateMachineService(services, client),
  },
  {
    provide: StatePersistence,
    inject: [WorkflowEngine],
    useFactory: ({ services }: WorkflowEngine) => services.store.states,
  },
  { provide: WORKFLOW_WORKER, inject: [WorkflowEngine], useFactory: ({ worker }: WorkflowEngine) => worker },
  {
    provide: WorkflowEvents,
    inject: [WorkflowEngine],
    useFactory: ({ services }: WorkflowEngine) => new WorkflowEvents(services.bus, services.stream, services.logger),
  },
  {
    provide: WorkflowHealthIndicator,
    inject: [WorkflowEngine],
    useFactory: ({ services, worker }: WorkflowEngine) =>
      new WorkflowHealthIndicator({ ...services, ...(worker !== undefined && { worker }) }),
  },
];

/** Everything the module provides. @internal */
export const WORKFLOW_PROVIDERS: Provider[] = [
  ...engineProviders,
  ...publicProviders,
  ProviderExplorer,
  WorkflowExplorer,
  CqrsBridge,
  WorkflowOrchestrator,
];

/** What the application may inject. @internal */
export const WORKFLOW_EXPORTS = [
  ...[WORKFLOW_OPTIONS, WORKFLOW_STORE, WORKFLOW_WORKER],
  ...[
    WorkflowClient,
    PipelineService,
    SagaService,
    SagaStore,
    GraphService,
    GraphConfig,
    TaskService,
    BulkService,
    BulkOperationConfig,
  ],
  ...[StateMachineService, StatePersistence, WorkflowEvents, WorkflowHealthIndicator],
];
