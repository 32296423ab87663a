import { HOUSE, PACKAGE_HOMES, type Room } from './house.js';
import type { ModuleImport, SourceModule } from './source-module.js';

/** The room of a file: `core/time`, `core` (its own barrel), `typeorm`, or `root`. */
export function roomOf(path: string): string {
  const [, first, second, third] = path.split('/');
  if (first === undefined || second === undefined) {
    return 'root';
  }

  return first === 'core' && third !== undefined ? `core/${second}` : first;
}

/** Imports against the table of rooms. */
export function findForbiddenDirections(modules: readonly SourceModule[]): string[] {
  return eachImport(modules, (module, entry) => {
    const from = roomOf(module.path);
    const rules = rulesOf(from);
    if (!rules) {
      return `stands in "${from}", a room that the table of rooms does not know`;
    }
    if (entry.target === undefined) {
      return undefined;
    }
    const to = roomOf(entry.target);
    const allowed = [
      ...rules.mayImport,
      ...(module.path.split('/')[2] === 'http' ? (rules.mayImportFromHttp ?? []) : []),
      ...(entry.kind === 'dynamic' ? (rules.mayLoad ?? []) : []),
    ];
    if (to === from || allowed.some((room) => isInside(to, room))) {
      return undefined;
    }

    return `imports "${entry.specifier}", but ${from} may import only: ${allowed.join(', ') || 'nothing'}`;
  });
}

/** Inside a room one imports the file, from another room its `index.ts`; nobody imports the package's own barrel. */
export function findSideDoors(modules: readonly SourceModule[]): string[] {
  return eachImport(modules, (module, { target, specifier }) => {
    if (target === undefined) {
      return undefined;
    }
    if (!specifier.endsWith('.js')) {
      return `imports "${specifier}" without the ".js" ending`;
    }
    const [from, to] = [roomOf(module.path), roomOf(target)];
    const isBarrel = target.endsWith('/index.ts');
    if (to === 'root') {
      return isBarrel ? `imports the package's own barrel "${specifier}"` : undefined;
    }
    if (from === to) {
      return isBarrel && target === `lib/${to}/index.ts`
        ? `imports the barrel of its own room, "${specifier}"`
        : undefined;
    }

    return isBarrel ? undefined : `reaches into another room by "${specifier}" instead of by its index.js`;
  });
}

/** Packages nobody declared, packages outside their home, frameworks in rooms that stand without. */
export function findForbiddenPackages(modules: readonly SourceModule[], declared: ReadonlySet<string>): string[] {
  return eachImport(modules, (module, { specifier, target, kind }) => {
    if (target !== undefined || specifier.startsWith('node:')) {
      return undefined;
    }
    const name = packageOf(specifier);
    const room = roomOf(module.path);
    if (!declared.has(name)) {
      return `imports "${specifier}", which package.json does not declare (a built-in needs its "node:")`;
    }
    const onlyPackages = rulesOf(room)?.onlyPackages;
    if (onlyPackages && !onlyPackages.includes(name)) {
      return `imports "${specifier}", but ${room} stands without frameworks and databases`;
    }
    if (module.path.endsWith('.interpreter.ts') && name.startsWith('@nestjs/')) {
      return `imports "${specifier}", but an interpreter knows no Nest`;
    }
    const home = PACKAGE_HOMES[name];
    const allowed = home && [...home.imported, ...(kind === 'dynamic' ? (home.loaded ?? []) : [])];
    if (allowed && !allowed.some((each) => isInside(room, each))) {
      return `imports "${specifier}" (${kind}), whose home is: ${[...home.imported, ...(home.loaded ?? [])].join(', ')}`;
    }

    return undefined;
  });
}

/** The packages that importing `entry` loads at once, with everything that `entry` imports in its turn. */
export function packagesLoadedBy(entry: string, modules: readonly SourceModule[]): ReadonlySet<string> {
  const byPath = new Map(modules.map((module) => [module.path, module]));
  const packages = new Set<string>();
  const seen = new Set<string>();
  const pending = [entry];
  for (let path = pending.pop(); path !== undefined; path = pending.pop()) {
    if (seen.has(path)) {
      continue;
    }
    seen.add(path);
    for (const { kind, specifier, target } of byPath.get(path)?.imports ?? []) {
      if (kind !== 'static') {
        continue;
      }
      if (target !== undefined) {
        pending.push(target);
      } else if (!specifier.startsWith('node:')) {
        packages.add(packageOf(specifier));
      }
    }
  }

  return packages;
}

/** Every cycle of the directed graph as a path that returns to its start; one per strongly connected group. */
export function findCycles(edges: ReadonlyMap<string, ReadonlySet<string>>): string[][] {
  const cycles: string[][] = [];
  const finished = new Set<string>();
  const trail: string[] = [];
  const walk = (node: string): void => {
    const position = trail.indexOf(node);
    if (position >= 0) {
      cycles.push([...trail.slice(position), node]);
      return;
    }
    if (finished.has(node)) {
      return;
    }
    trail.push(node);
    for (const next of edges.get(node) ?? []) {
      walk(next);
    }
    trail.pop();
    finished.add(node);
  };
  for (const node of edges.keys()) {
    walk(node);
  }

  return cycles;
}

/** Who imports whom, types and lazily loaded modules included, between whatever `nameOf` makes of a path. */
export function importGraph(
  modules: readonly SourceModule[],
  nameOf: (path: string) => string = (path) => path,
): Map<string, Set<string>> {
  const graph = new Map<string, Set<string>>();
  for (const module of modules) {
    const from = nameOf(module.path);
    const targets = graph.get(from) ?? new Set();
    graph.set(from, targets);
    for (const { target } of module.imports) {
      if (target !== undefined && (nameOf(target) !== from || target === module.path)) {
        targets.add(nameOf(target));
      }
    }
  }

  return graph;
}

function eachImport(
  modules: readonly SourceModule[],
  complain: (module: SourceModule, entry: ModuleImport) => string | undefined,
): string[] {
  return modules.flatMap((module) =>
    module.imports.flatMap((entry) => {
      const complaint = complain(module, entry);

      return complaint === undefined ? [] : [`${module.path} ${complaint}`];
    }),
  );
}

function rulesOf(room: string): Room | undefined {
  return HOUSE[room] ?? HOUSE[room.split('/')[0] ?? ''];
}

function isInside(room: string, parent: string): boolean {
  return room === parent || room.startsWith(`${parent}/`);
}

function packageOf(specifier: string): string {
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
}
