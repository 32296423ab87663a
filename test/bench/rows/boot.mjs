import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { show, showSpread, spread } from '../harness/figures.mjs';

const SAMPLES = 9;

/** What the library adds to the start of a Nest application: loading it, and making the module. */
export default async function boot({ library, print, record, report }) {
  const own = JSON.stringify(pathToFileURL(path.join(library, 'index.js')).href);
  const nest = `import 'reflect-metadata'; const { NestFactory } = await import('@nestjs/core'); const { Module } = await import('@nestjs/common');
    await import('@nestjs/cqrs'); await import('rxjs');`;
  const run = (source) =>
    JSON.parse(
      execFileSync(process.execPath, ['--input-type=module', '-e', source], {
        cwd: path.dirname(library),
        encoding: 'utf8',
      }),
    );
  const application = (imports) => `
    class App {} ; Module({ imports: [${imports}] })(App);
    const t2 = performance.now(); const app = await NestFactory.createApplicationContext(App, { logger: false }); const bootMs = performance.now() - t2;
    await app.close();`;
  const without = () => run(`${nest} ${application('')} console.log(JSON.stringify({ bootMs, importMs: 0 }));`);
  const withIt = () =>
    run(`${nest} const t1 = performance.now(); const { WorkflowModule } = await import(${own}); const importMs = performance.now() - t1;
      ${application('WorkflowModule.forRoot({})')} console.log(JSON.stringify({ bootMs, importMs }));`);
  const importMs = [];
  const bootMs = [];
  for (let sample = 0; sample < SAMPLES; sample += 1) {
    const bare = without();
    const full = withIt();
    importMs.push(full.importMs);
    bootMs.push(full.bootMs - bare.bootMs);
  }
  record({ row: 'boot', importMs: spread(importMs), bootMs: spread(bootMs) });
  const line = { row: 'boot', contender: 'engine', unit: 'ms' };
  report({ ...line, what: 'import', figure: spread(importMs), bar: { of: 'figure', atMost: 30 } });
  report({ ...line, what: 'boot', figure: spread(bootMs), bar: { of: 'figure', atMost: 5 } });
  print('| added to a Nest application | ms | bar |');
  print('|---|--:|---|');
  print(`| import | ${showSpread(spread(importMs))} | ≤ ${show(30)} |`);
  print(`| boot | ${showSpread(spread(bootMs))} | ≤ ${show(5)} |`);
}
