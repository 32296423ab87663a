import { Inject } from '@nestjs/common';
import type { ModuleRef } from '@nestjs/core';
import type { DataSource } from 'typeorm';
import { WorkflowOptionsError } from '../core/errors/index.js';

/**
 * The application's `DataSource`, as `@nestjs/typeorm` registered it; waits until it is connected.
 *
 * @param name The name it was registered under; absent: the default one.
 * @throws WorkflowOptionsError when there is none, or `@nestjs/typeorm` is not installed.
 *
 * @internal
 */
export async function locateDataSource(moduleRef: ModuleRef, name?: string): Promise<DataSource> {
  const token = await tokenOf(name);
  try {
    const ready = moduleRef.get<DataSource | undefined>(token, { strict: false });
    if (ready?.isInitialized === true) return ready;
  } catch (cause) {
    throw notFound(name, cause);
  }
  // It is registered but not made yet. Injecting it makes Nest wait for it, as a constructor parameter would.
  const { dataSource } = await moduleRef.create(holderOf(token));
  return dataSource;
}

async function tokenOf(name: string | undefined) {
  try {
    const { getDataSourceToken } = await import('@nestjs/typeorm');
    return getDataSourceToken(name);
  } catch (cause) {
    const expected =
      'a DataSource where the package @nestjs/typeorm is not installed: typeorm: { dataSource: yourDataSource }';
    throw new WorkflowOptionsError({ option: 'typeorm.dataSource', value: name, expected, cause });
  }
}

function holderOf(token: Awaited<ReturnType<typeof tokenOf>>) {
  class DataSourceHolder {
    constructor(readonly dataSource: DataSource) {}
  }
  Inject(token)(DataSourceHolder, undefined, 0);
  return DataSourceHolder;
}

function notFound(name: string | undefined, cause: unknown): WorkflowOptionsError {
  if (name === undefined) {
    const expected =
      'used beside TypeOrmModule.forRoot(), whose DataSource it finds, and there is none in this application. ' +
      'Import TypeOrmModule, or give one: typeorm: { dataSource }';
    return new WorkflowOptionsError({ option: 'typeorm', value: true, expected, cause });
  }
  const expected = `the name of a DataSource of this application, as in TypeOrmModule.forRoot({ name: '${name}', … })`;
  return new WorkflowOptionsError({ option: 'typeorm.dataSource', value: name, expected, cause });
}
