import { ConfigurableModuleBuilder } from '@nestjs/common';
import type { WorkflowModuleOptions } from './workflow-module-options.interface.js';
import { WORKFLOW_OPTIONS } from './workflow.constants.js';

/** What `forRoot` and `forRootAsync` are built on. @internal */
export const { ConfigurableModuleClass, OPTIONS_TYPE, ASYNC_OPTIONS_TYPE } =
  new ConfigurableModuleBuilder<WorkflowModuleOptions>({ optionsInjectionToken: WORKFLOW_OPTIONS })
    .setClassMethodName('forRoot')
    .setFactoryMethodName('createWorkflowOptions')
    .setExtras({ isGlobal: true }, (definition, { isGlobal }) => ({ ...definition, global: isGlobal }))
    .build();
