import { readdirSync, readFileSync } from 'node:fs';
import { join, posix, relative, resolve, sep } from 'node:path';
import ts from 'typescript';

export const PROJECT_DIRECTORY = resolve(import.meta.dirname, '../..');

/** `static` binds a value before the module runs, `type` leaves nothing behind, `dynamic` is an `import()`. */
export type ImportKind = 'static' | 'type' | 'dynamic';

export interface ModuleImport {
  readonly specifier: string;
  readonly kind: ImportKind;
  /** The imported file inside the project, such as `lib/core/index.ts`; `undefined` for a package or a built-in. */
  readonly target?: string;
}

export interface SourceModule {
  /** From the project directory, with slashes, such as `lib/core/time/clock.ts`. */
  readonly path: string;
  readonly text: string;
  readonly syntax: ts.SourceFile;
  readonly imports: readonly ModuleImport[];
}

export function readModules(directory: string): SourceModule[] {
  return listFiles(join(PROJECT_DIRECTORY, directory))
    .filter((path) => path.endsWith('.ts'))
    .map((path) => parseModule(path, readFileSync(join(PROJECT_DIRECTORY, path), 'utf8')));
}

export function parseModule(path: string, text: string): SourceModule {
  const syntax = ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, true);
  const imports: ModuleImport[] = [];
  visit(syntax, (node) => {
    const found = readImport(node);
    if (found) {
      imports.push({ ...found, target: resolveTarget(path, found.specifier) });
    }
  });

  return { path, text, syntax, imports };
}

export function isSpec(module: SourceModule): boolean {
  return module.path.endsWith('spec.ts');
}

export function visit(node: ts.Node, callback: (node: ts.Node) => void): void {
  callback(node);
  node.forEachChild((child) => visit(child, callback));
}

function readImport(node: ts.Node): Omit<ModuleImport, 'target'> | undefined {
  if (ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier)) {
    return { specifier: node.moduleSpecifier.text, kind: bindsNoValue(node.importClause) ? 'type' : 'static' };
  }
  if (ts.isExportDeclaration(node) && node.moduleSpecifier && ts.isStringLiteral(node.moduleSpecifier)) {
    const named = node.exportClause && ts.isNamedExports(node.exportClause) ? node.exportClause.elements : undefined;
    const isType = node.isTypeOnly || named?.every((element) => element.isTypeOnly) === true;

    return { specifier: node.moduleSpecifier.text, kind: isType ? 'type' : 'static' };
  }
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument) && ts.isStringLiteral(node.argument.literal)) {
    return { specifier: node.argument.literal.text, kind: 'type' };
  }
  if (ts.isCallExpression(node) && isLoader(node.expression)) {
    const [argument] = node.arguments;

    return argument && ts.isStringLiteralLike(argument) ? { specifier: argument.text, kind: 'dynamic' } : undefined;
  }

  return undefined;
}

function isLoader(expression: ts.Expression): boolean {
  return (
    expression.kind === ts.SyntaxKind.ImportKeyword || (ts.isIdentifier(expression) && expression.text === 'require')
  );
}

function bindsNoValue(clause: ts.ImportClause | undefined): boolean {
  if (!clause) {
    return false;
  }
  if (clause.phaseModifier === ts.SyntaxKind.TypeKeyword) {
    return true;
  }
  const { name, namedBindings } = clause;

  return (
    !name &&
    namedBindings !== undefined &&
    ts.isNamedImports(namedBindings) &&
    namedBindings.elements.length > 0 &&
    namedBindings.elements.every((element) => element.isTypeOnly)
  );
}

function resolveTarget(path: string, specifier: string): string | undefined {
  return specifier.startsWith('.') ? posix.join(posix.dirname(path), specifier).replace(/\.js$/, '.ts') : undefined;
}

function listFiles(directory: string): string[] {
  return readdirSync(directory, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(PROJECT_DIRECTORY, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .sort();
}
