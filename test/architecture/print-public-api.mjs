/**
 * Prints what the package exports, entry point by entry point, sorted; with `--update` it writes the list to
 * `public-api.txt`, which the review of a change then shows.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const here = dirname(fileURLToPath(import.meta.url));
const project = resolve(here, '../..');

function sourceOf(entryPoint) {
  return join(project, 'lib', entryPoint.slice(1), 'index.ts');
}

function listExports(file) {
  const syntax = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.ES2022, true);

  return syntax.statements.flatMap((statement) => {
    const { line } = syntax.getLineAndCharacterOfPosition(statement.getStart());
    const isNamed =
      ts.isExportDeclaration(statement) && statement.exportClause && ts.isNamedExports(statement.exportClause);
    if (isNamed) {
      return statement.exportClause.elements.map((element) => ({
        name: element.name.text,
        isType: statement.isTypeOnly || element.isTypeOnly,
      }));
    }
    if (ts.isImportDeclaration(statement)) {
      return [];
    }
    throw new Error(`${file}:${line + 1} is not a named export. An entry point says by name what it exports.`);
  });
}

function describe(entryPoint) {
  const exported = listExports(sourceOf(entryPoint)).sort((a, b) => (a.name < b.name ? -1 : 1));
  const lines = exported.map(({ name, isType }) => `  ${isType ? 'type ' : ''}${name}`);

  return [`nestjs-workflow${entryPoint.slice(1)}`, ...lines, ''].join('\n');
}

const { exports } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8'));
const text = Object.keys(exports)
  .filter((entryPoint) => existsSync(sourceOf(entryPoint)))
  .sort()
  .map(describe)
  .join('\n');

if (process.argv.includes('--update')) {
  writeFileSync(join(here, 'public-api.txt'), text);
} else {
  process.stdout.write(text);
}
