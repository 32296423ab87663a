import { Module, type DynamicModule } from '@nestjs/common';
import type { WorkflowDefinition } from './core/definition/index.js';
import { WorkflowFeatureModule } from './workflow-feature.module.js';
import type { WorkflowModuleOptions } from './workflow-module-options.interface.js';
import { WORKFLOW_FEATURE_DEFINITIONS } from './workflow.constants.js';
import { checkAsyncOptions, requireOptions } from './workflow.given-options.js';
import { ConfigurableModuleClass, type ASYNC_OPTIONS_TYPE, type OPTIONS_TYPE } from './workflow.module-definition.js';
import { WORKFLOW_EXPORTS, WORKFLOW_PROVIDERS } from './workflow.providers.js';

/**
 * Durable workflows for a Nest application. Imported once, in the root module; global unless `isGlobal: false`.
 *
 * @example
 * WorkflowModule.forRoot({ typeorm: true })
 *
 * @publicApi
 */
@Module({ providers: WORKFLOW_PROVIDERS, exports: WORKFLOW_EXPORTS })
export class WorkflowModule extends ConfigurableModuleClass {
  /** Without options workflows are kept in memory, and executed in this process. */
  static override forRoot(options: typeof OPTIONS_TYPE = {}): DynamicModule {
    return super.forRoot(requireOptions(options, 'WorkflowModule.forRoot'));
  }

  /** The same with options from a factory, or from a class that implements `WorkflowOptionsFactory`. @throws WorkflowOptionsError */
  static override forRootAsync(options: typeof ASYNC_OPTIONS_TYPE): DynamicModule {
    checkAsyncOptions(options);
    return super.forRootAsync(options);
  }

  /** Registers workflows that are not classes. May be called in several modules; `forRoot` is still needed once. */
  static forFeature(definitions: readonly WorkflowDefinition[]): DynamicModule {
    return {
      module: WorkflowFeatureModule,
      providers: [{ provide: WORKFLOW_FEATURE_DEFINITIONS, useValue: definitions }],
    };
  }

  /**
   * For tests: like `forRoot`, but in memory whatever the environment. Workflows really run, and are gone with the application. It
   * polls once an hour, so that a `VirtualClock` passes days quickly; what is due is noticed without polling.
   */
  static stub(options: Omit<WorkflowModuleOptions, 'typeorm' | 'store' | 'allowInMemoryStorage'> = {}): DynamicModule {
    const { worker = {}, ...others } = options;
    return super.forRoot({
      ...others,
      allowInMemoryStorage: true,
      worker: typeof worker === 'object' ? { pollInterval: '1h', ...worker } : worker && { pollInterval: '1h' },
    });
  }
}
