import { INSTANCE_STATUSES, WORKFLOW_ERROR_CODES } from '../../lib/index.js';
import ts from 'typescript';
import { checkBlocks, firstColumn, injectedTypes, readBlocks, readPage } from './documentation.js';

const PAGES = ['README.md', 'ARCHITECTURE.md', 'sample/README.md'];
const readme = readPage('README.md');

describe('The code of the documentation', () => {
  // Compiled with the pages, so that what is reported of it shows that something is reported at all.
  const wrong = readBlocks('page.md', ['# Page', '', '```ts', 'await ctx.sleep(1);', '```'].join('\n'));
  const blocks = PAGES.flatMap((page) => readBlocks(page, readPage(page)));

  it('compiles, and what does not is reported by page and line', () => {
    expect(blocks.length).toBeGreaterThan(10);
    expect(checkBlocks([...blocks, ...wrong])).toEqual([expect.stringMatching(/^page\.md:4 Expected 2 arguments/)]);
  }, 60_000);

  it('imports as values what Nest is to inject', () => {
    const lines = ["import type { A } from 'a';", '@Injectable() class B { constructor(', '  readonly a: A) {} }'];
    const wrong = readBlocks('page.md', ['```ts', ...lines, '```'].join('\n'));

    expect([...blocks, ...wrong].flatMap(injectedTypes)).toEqual(['page.md:3 A']);
  });
});

describe('The tables of the README', () => {
  it('name every option of the module, and no other', () => {
    expect(firstColumn(readme, 'Options').sort()).toEqual(optionNames().sort());
  });

  it('name every error code, with its HTTP status', () => {
    const rows = readme.split('\n').filter((line) => /^\| `\w+Error` \|/.test(line));
    const told = rows.map((row) => row.split('|').map((cell) => cell.trim().replaceAll('`', '')));

    expect(Object.fromEntries(told.map(([, , code, status]) => [code, Number(status)]))).toEqual(
      Object.fromEntries(Object.entries(WORKFLOW_ERROR_CODES).map(([code, { httpStatus }]) => [code, httpStatus])),
    );
  });

  it('name every status', () => {
    expect(firstColumn(readme, 'Statuses')).toEqual([...INSTANCE_STATUSES]);
  });
});

/** `worker`, `worker.id` … from the interfaces that say what the module takes. A section of its own shape is named by its fields only. */
function optionNames(): string[] {
  const file = 'lib/workflow-module-options.interface.ts';
  const source = ts.createSourceFile(file, readPage(file), ts.ScriptTarget.ES2022, true);
  const interfaces = new Map(source.statements.filter(ts.isInterfaceDeclaration).map((one) => [one.name.text, one]));
  const namesOf = (members: ts.NodeArray<ts.TypeElement>): string[] =>
    members.filter(ts.isPropertySignature).flatMap((member) => {
      const name = member.name.getText();
      const types = member.type && ts.isUnionTypeNode(member.type) ? [...member.type.types] : [member.type];
      const sections = types.flatMap((type) => {
        if (type && ts.isTypeLiteralNode(type)) return [type.members];
        const section = type && ts.isTypeReferenceNode(type) ? interfaces.get(type.typeName.getText()) : undefined;

        return section !== undefined && name !== 'dataSource' ? [section.members] : [];
      });
      const below = sections.flatMap(namesOf).map((field) => `${name}.${field}`);

      return sections.length > 0 && types.length === 1 && name !== 'purge' ? below : [name, ...below];
    });

  return namesOf(interfaces.get('WorkflowModuleOptions')!.members);
}
