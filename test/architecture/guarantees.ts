import ts from 'typescript';
import { visit } from './source-module.js';

/** A promise of the README and the test that keeps it: `[test](test/e2e/crash.e2e-spec.ts "goes on after SIGKILL")`. */
export interface TestLink {
  readonly path: string;
  readonly title: string;
}

export interface Guarantees {
  readonly links: readonly TestLink[];
  /** What stands there and cannot be checked. */
  readonly faults: readonly string[];
}

const LINK = /\[test\]\(([^\s)#"]+)[ #]"((?:[^"\\]|\\.)*)"\)/g;

/** Reads every test link of a Markdown page; under a heading that says "guarantee", every row of a table needs one. */
export function readGuarantees(markdown: string): Guarantees {
  const links: TestLink[] = [];
  const faults: string[] = [];
  let isGuaranteeSection = false;
  let tableRow = 0;
  for (const [index, line] of markdown.split('\n').entries()) {
    const heading = /^#+\s+(.*)$/.exec(line);
    if (heading) {
      isGuaranteeSection = /guarantee/i.test(heading[1] ?? '');
    }
    tableRow = line.trimStart().startsWith('|') ? tableRow + 1 : 0;
    const found = [...line.matchAll(LINK)].map(([, path = '', title = '']) => ({
      path,
      title: title.replace(/\\(.)/g, '$1'),
    }));
    links.push(...found);
    if (line.split('[test]').length - 1 !== found.length) {
      faults.push(`line ${index + 1} has a test link that is not written [test](path "title")`);
    }
    // The first two rows are the table's head and its rule.
    if (isGuaranteeSection && tableRow > 2 && found.length === 0) {
      faults.push(`line ${index + 1} promises without a test: ${line}`);
    }
  }

  return { links, faults };
}

/** Whether a spec (or a published suite of cases) has a string with exactly this text, which is how tests are titled. */
export function hasTitle(text: string, title: string): boolean {
  let isFound = false;
  visit(ts.createSourceFile('spec.ts', text, ts.ScriptTarget.ES2022, true), (node) => {
    isFound ||= ts.isStringLiteralLike(node) && node.text === title;
  });

  return isFound;
}
