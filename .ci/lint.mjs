// Types, ESLint and Prettier. ESLint's typed rules ask the very program whose types were checked: made twice, and checked twice, it
// would cost half as much again. Prettier runs beside it, on the other core.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { ESLint } from 'eslint';
import ts from 'typescript';

const prettier = spawn(
  process.execPath,
  ['node_modules/prettier/bin/prettier.cjs', '--check', '--log-level', 'warn', '.'],
  {
    stdio: 'inherit',
  },
);
const formatted = once(prettier, 'exit');

const { program, isSound } = checkTypes();
const isClean = await lint(program);
const [formatStatus] = await formatted;
process.exitCode = isSound && isClean && formatStatus === 0 ? 0 : 1;

function checkTypes() {
  const fail = (diagnostic) => {
    throw new Error(ts.flattenDiagnosticMessageText(diagnostic.messageText, '\n'));
  };
  const project = ts.getParsedCommandLineOfConfigFile(
    'tsconfig.json',
    // Declarations are checked where they are written: by the build.
    { noEmit: true, declaration: false },
    { ...ts.sys, onUnRecoverableConfigFileDiagnostic: fail },
  );
  const program = ts.createProgram(project.fileNames, project.options);
  const diagnostics = [...project.errors, ...ts.getPreEmitDiagnostics(program)];
  if (diagnostics.length > 0) {
    const { getCanonicalFileName, getNewLine } = ts.createCompilerHost(project.options);
    const host = { getCanonicalFileName, getNewLine, getCurrentDirectory: () => process.cwd() };
    console.error(ts.formatDiagnosticsWithColorAndContext(diagnostics, host));
  }
  return { program, isSound: diagnostics.length === 0 };
}

async function lint(program) {
  const parserOptions = { programs: [program], projectService: false };
  const eslint = new ESLint({ overrideConfig: [{ files: ['**/*.ts'], languageOptions: { parserOptions } }] });
  const results = await eslint.lintFiles('.');
  const formatter = await eslint.loadFormatter('stylish');
  process.stderr.write(await formatter.format(results));
  return results.every(({ errorCount, warningCount }) => errorCount + warningCount === 0);
}
