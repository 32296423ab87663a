import type { ModuleRef } from '@nestjs/core';
import { WorkflowOptionsError } from './core/errors/index.js';
import type { WorkflowLogger } from './core/lifecycle/index.js';
import type { WorkflowStore } from './core/store/index.js';
import { systemClock } from './core/time/index.js';
import { MemoryStore } from './memory/index.js';
import type { ResolvedStorage, ResolvedWorkflowOptions } from './workflow.options.js';

/** The store that the options ask for, not yet opened. @internal */
export async function createStore(
  options: ResolvedWorkflowOptions,
  moduleRef: ModuleRef,
  logger: WorkflowLogger,
): Promise<WorkflowStore> {
  const { storage, engine, clock } = options;
  switch (storage.kind) {
    case 'own':
      return storage.store;
    case 'typeorm':
      return createDatabaseStore(storage, options, moduleRef, logger);
    case 'memory':
      return new MemoryStore({ clock, outbox: engine.outbox, lockTimeoutMs: engine.lockTimeoutMs });
  }
}

async function createDatabaseStore(
  { kind: _, dataSource, ...storage }: ResolvedStorage & { readonly kind: 'typeorm' },
  { engine, clock }: ResolvedWorkflowOptions,
  moduleRef: ModuleRef,
  logger: WorkflowLogger,
): Promise<WorkflowStore> {
  const { createTypeOrmStore, locateDataSource } = await loadTypeOrm(() => import('./typeorm/index.js'));
  const located = typeof dataSource === 'object' ? dataSource : await locateDataSource(moduleRef, dataSource);
  return createTypeOrmStore(located as Parameters<typeof createTypeOrmStore>[0], {
    ...storage,
    outbox: engine.outbox,
    lockTimeoutMs: engine.lockTimeoutMs,
    logger,
    clock,
    // Under a test's clock the database's time is moved along with it.
    ...(clock !== systemClock && { clockOffsetMs: () => clock.now() - systemClock.now() }),
  });
}

/**
 * Loads what works with TypeORM only where it is asked for, so that an application without it never needs it.
 *
 * @throws WorkflowOptionsError when the package is not installed
 * @internal
 */
export async function loadTypeOrm<T>(importer: () => Promise<T>): Promise<T> {
  try {
    return await importer();
  } catch (cause) {
    if (!String((cause as { code?: unknown } | null)?.code).endsWith('MODULE_NOT_FOUND')) throw cause;
    const expected = 'used with the package typeorm installed: npm install @nestjs/typeorm typeorm pg';
    throw new WorkflowOptionsError({ option: 'typeorm', value: true, expected, cause });
  }
}
