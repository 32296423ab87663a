import ts from 'typescript';
import { isSpec, type SourceModule, visit } from './source-module.js';

/** Something that has one home in `lib`. */
export interface Guard {
  readonly what: string;
  /** Path prefixes; elsewhere it is refused. */
  readonly home: readonly string[];
  /** Code that must be refused outside the home: the guard's own test. */
  readonly examples: readonly string[];
  readonly finds: (node: ts.Node) => boolean;
  /** Also in unit specs, except below these prefixes. */
  readonly specsExcept?: readonly string[];
}

const BUILT_IN_ERRORS = new Set([
  ...['Error', 'TypeError', 'RangeError', 'SyntaxError', 'ReferenceError', 'EvalError', 'URIError', 'AggregateError'],
]);

export const GUARDS: readonly Guard[] = [
  {
    what: 'a timer of the platform',
    home: ['lib/core/time/'],
    // These talk to a real database or a real process, which keep no virtual clock.
    specsExcept: ['lib/core/time/', 'lib/postgres/', 'lib/typeorm/', 'lib/embedded/'],
    examples: [
      'setTimeout(work, 1)',
      'globalThis.setInterval(work, 1)',
      `import { setImmediate as turn } from 'node:timers/promises'`,
      `await import('node:timers')`,
      'AbortSignal.timeout(5)',
    ],
    finds: (node) =>
      isIdentifierOf(node, 'setTimeout', 'setInterval', 'setImmediate') ||
      (ts.isStringLiteral(node) && /^(node:)?timers(\/promises)?$/.test(node.text)) ||
      isMember(node, 'AbortSignal', 'timeout'),
  },
  {
    what: 'the clock of the platform',
    home: ['lib/core/time/'],
    examples: ['Date.now()', 'new Date()', 'Date()', 'performance.now()', 'process.hrtime.bigint()'],
    finds: (node) =>
      isMember(node, 'Date', 'now') ||
      isMember(node, 'performance', 'now') ||
      isIdentifierOf(node, 'hrtime') ||
      (ts.isNewExpression(node) && isIdentifierOf(node.expression, 'Date') && !node.arguments?.length) ||
      (ts.isCallExpression(node) && isIdentifierOf(node.expression, 'Date')),
  },
  {
    what: 'chance',
    home: ['lib/core/'],
    examples: ['Math.random()', 'crypto.randomUUID()', 'randomBytes(8)', 'randomInt(8)', 'crypto.getRandomValues(a)'],
    finds: (node) =>
      isMember(node, 'Math', 'random') ||
      isIdentifierOf(node, 'randomUUID', 'randomBytes', 'randomInt', 'getRandomValues'),
  },
  {
    what: 'telling a promise from an answer',
    home: ['lib/core/options/'],
    examples: [`typeof answer.then === 'function'`, `typeof (answer as any)?.then !== 'function'`],
    finds: (node) =>
      ts.isTypeOfExpression(node) &&
      ts.isPropertyAccessExpression(node.expression) &&
      node.expression.name.text === 'then',
  },
  {
    what: 'an abort controller',
    home: ['lib/core/cancellation/'],
    examples: ['new AbortController()', 'class Own extends AbortController {}'],
    finds: (node) => isIdentifierOf(node, 'AbortController') && !ts.isTypeReferenceNode(node.parent),
  },
  {
    what: 'an error class on a built-in error',
    home: ['lib/core/errors/'],
    examples: ['class Own extends Error {}', 'const Own = class extends TypeError {}'],
    finds: (node) =>
      ts.isHeritageClause(node) &&
      node.token === ts.SyntaxKind.ExtendsKeyword &&
      ts.isClassLike(node.parent) &&
      node.types.some(({ expression }) => ts.isIdentifier(expression) && BUILT_IN_ERRORS.has(expression.text)),
  },
  {
    what: 'reading metadata',
    home: ['lib/discovery/'],
    examples: ['Reflect.getMetadata(key, target)', 'Reflect.getOwnMetadata(key, target)', 'Reflect.hasMetadata(k, t)'],
    finds: (node) =>
      ['getMetadata', 'getOwnMetadata', 'hasMetadata', 'hasOwnMetadata', 'getMetadataKeys'].some((name) =>
        isMember(node, 'Reflect', name),
      ),
  },
  {
    what: 'the console, or the end of the process',
    home: ['lib/cli/'],
    examples: ['console.log(1)', 'process.exit(1)', 'process.abort()'],
    finds: (node) =>
      (isIdentifierOf(node, 'console') && ts.isPropertyAccessExpression(node.parent)) ||
      isMember(node, 'process', 'exit') ||
      isMember(node, 'process', 'abort'),
  },
];

/** Every place that uses what has its home elsewhere, as `file:line …`. Comments and strings do not count. */
export function findStrays(modules: readonly SourceModule[], guard: Guard): string[] {
  return modules
    .filter((module) => isGuarded(module, guard))
    .flatMap((module) => {
      const strays: string[] = [];
      visit(module.syntax, (node) => {
        if (guard.finds(node)) {
          const { line } = module.syntax.getLineAndCharacterOfPosition(node.getStart());
          strays.push(`${module.path}:${line + 1} uses ${guard.what}, whose home is ${guard.home.join(', ')}`);
        }
      });

      return [...new Set(strays)];
    });
}

function isGuarded(module: SourceModule, guard: Guard): boolean {
  const free = isSpec(module) ? guard.specsExcept : guard.home;

  return free !== undefined && !free.some((prefix) => module.path.startsWith(prefix));
}

function isIdentifierOf(node: ts.Node, ...names: readonly string[]): node is ts.Identifier {
  return ts.isIdentifier(node) && names.includes(node.text);
}

function isMember(node: ts.Node, object: string, property: string): boolean {
  return ts.isPropertyAccessExpression(node) && node.name.text === property && isIdentifierOf(node.expression, object);
}
