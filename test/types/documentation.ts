import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

export const PROJECT = fileURLToPath(new URL('../../', import.meta.url));

/** Where the code of the pages stands for the compiler, beside what it works with. */
const HOME = join(PROJECT, 'test/types/documentation');

/** One block of TypeScript on a page. */
export interface CodeBlock {
  readonly page: string;
  /** Of the block's first line, from 1. */
  readonly line: number;
  /** Below {@link HOME}; given in the block's first line, or made up for a fragment. */
  readonly file: string;
  readonly text: string;
  readonly isFragment: boolean;
}

/** What a fragment may use without saying where it comes from. */
const SURROUNDINGS = `
import type { DataSource } from 'typeorm';
import type { SagaService, StateMachineService, WorkflowClient, WorkflowContext } from 'nestjs-workflow';
import type { SagaStore } from 'nestjs-workflow/saga';
import type { Order } from './orders/order.workflow.js';
import type { Payments } from './orders/payments.js';
import type { Warehouse } from './orders/warehouse.js';
export declare const ctx: WorkflowContext;
export declare const client: WorkflowClient;
export declare const dataSource: DataSource;
export declare const machines: StateMachineService;
export declare const order: Order;
export declare const payments: Payments;
export declare const sagas: SagaService;
export declare const store: SagaStore;
export declare const warehouse: Warehouse;
`;

const KNOWN_NAMES: Readonly<Record<string, readonly string[]>> = {
  './surroundings.js': ['ctx', 'client', 'dataSource', 'machines', 'order', 'payments', 'sagas', 'store', 'warehouse'],
  './orders/order.workflow.js': ['Order', 'OrderWorkflow', 'orderApproved'],
  './orders/order.saga.js': ['OrderSaga'],
  './orders/shipment.machine.js': ['shipmentMachine'],
  './orders/booking.entity.js': ['Booking'],
  'nestjs-workflow/saga': ['saga'],
  typeorm: ['EntityManager'],
};

/** Reads the blocks of a page that are marked as TypeScript. */
export function readBlocks(page: string, markdown: string): CodeBlock[] {
  const blocks: CodeBlock[] = [];
  let begin: number | undefined;
  const lines = markdown.split('\n');
  for (const [index, line] of lines.entries()) {
    if (begin === undefined) {
      if (line === '```ts') begin = index + 1;
    } else if (line === '```') {
      blocks.push(toBlock(page, begin + 1, lines.slice(begin, index)));
      begin = undefined;
    }
  }

  return blocks;
}

function toBlock(page: string, line: number, lines: readonly string[]): CodeBlock {
  const [, named] = /^\/\/ (\S+\.ts)$/.exec(lines[0] ?? '') ?? [];
  const text = lines.join('\n');
  if (named !== undefined) return { page, line, file: named, text, isFragment: false };

  return { page, line, file: `fragment-${page.replaceAll(/\W/g, '-')}-${line}.ts`, text, isFragment: true };
}

/** Compiles the blocks together and answers what the compiler says against them, as `page:line message`. */
export function checkBlocks(blocks: readonly CodeBlock[]): string[] {
  const texts = new Map<string, string>([[join(HOME, 'surroundings.d.ts'), SURROUNDINGS]]);
  for (const block of blocks) texts.set(join(HOME, block.file), moduleOf(block));
  const program = ts.createProgram([...texts.keys()], compilerOptions(), hostWith(texts));

  return blocks.flatMap((block) => {
    const source = program.getSourceFile(join(HOME, block.file));
    if (source === undefined) return [`${block.page}:${block.line} is not compiled`];
    const faults = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];

    return faults.map((fault) => {
      const { line } = source.getLineAndCharacterOfPosition(fault.start ?? 0);
      const message = ts.flattenDiagnosticMessageText(fault.messageText, ' ');

      return `${block.page}:${block.line + line} ${message}`;
    });
  });
}

/** What decorated classes inject and import for its type only, as `page:line name`: Nest would find nothing of it when it starts. */
export function injectedTypes({ page, line: first, text }: CodeBlock): string[] {
  const source = ts.createSourceFile('block.ts', text, ts.ScriptTarget.ES2022, true);
  const typeOnly = new Set<string>();
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isImportSpecifier(node) && (node.isTypeOnly || node.parent.parent.isTypeOnly)) typeOnly.add(node.name.text);
    if (ts.isConstructorDeclaration(node) && ts.canHaveDecorators(node.parent) && ts.getDecorators(node.parent)) {
      const types = node.parameters.filter((one) => !ts.getDecorators(one)).map(({ type }) => type?.getText() ?? '');
      const { line } = source.getLineAndCharacterOfPosition(node.getStart());
      found.push(...types.filter((name) => typeOnly.has(name)).map((name) => `${page}:${first + line} ${name}`));
    }
    ts.forEachChild(node, visit);
  };
  visit(source);

  return found;
}

/** A fragment becomes the body of a function. Everything before it stays on its first line, so that lines still count. */
function moduleOf({ text, isFragment }: CodeBlock): string {
  if (!isFragment) return text;
  const imports = Object.entries(KNOWN_NAMES).flatMap(([from, names]) => {
    const used = names.filter((name) => new RegExp(`\\b${name}\\b`).test(text));

    return used.length === 0 ? [] : [`import { ${used.join(', ')} } from '${from}';`];
  });

  return `${imports.join(' ')} export async function fragment() { ${text}\n}`;
}

function compilerOptions(): ts.CompilerOptions {
  const file = join(PROJECT, 'tsconfig.json');
  const { config } = ts.readConfigFile(file, (path) => ts.sys.readFile(path)) as { config: unknown };
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, PROJECT);

  return { ...options, isolatedModules: false };
}

/** The files of the disk, and over them the given ones. */
function hostWith(texts: ReadonlyMap<string, string>): ts.CompilerHost {
  const host = ts.createCompilerHost(compilerOptions());
  const folders = new Set([...texts.keys()].map(dirname));

  return {
    ...host,
    fileExists: (path) => texts.has(path) || host.fileExists(path),
    directoryExists: (path) => folders.has(path) || (host.directoryExists?.(path) ?? false),
    readFile: (path) => texts.get(path) ?? ts.sys.readFile(path),
    getSourceFile: (path, version, ...rest) => {
      const text = texts.get(path);

      return text === undefined ? host.getSourceFile(path, version, ...rest) : ts.createSourceFile(path, text, version);
    },
  };
}

export function readPage(page: string): string {
  return readFileSync(join(PROJECT, page), 'utf8');
}

/** The first cells of the table below a heading, without their code marks. */
export function firstColumn(markdown: string, heading: string): string[] {
  const section = markdown.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';

  return section
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => /^\| `([^`]+)`/.exec(line)?.[1] ?? '');
}
