import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from '../../../.ci/build.mjs';
import { show, showSpread, spread } from '../harness/figures.mjs';

const SAMPLES = 15;
const BARS = { import: 30, boot: 5 };

const folder = fileURLToPath(new URL('../../../.data/bench-package', import.meta.url));

/** What the package, as it is published, adds to the start of a Nest application: loading it, and making the module. */
export default async function boot({ print, record, report }) {
  await build(folder);
  const own = JSON.stringify(pathToFileURL(path.join(folder, 'index.js')).href);
  const nest = `import 'reflect-metadata';
    const { NestFactory } = await import('@nestjs/core'); const { Module } = await import('@nestjs/common'); const figures = {};
    // What Nest leaves to be done after its own loading would be counted for whatever is loaded next.
    await new Promise((resolve) => setTimeout(resolve, 100));
    const measured = async (what, work) => {
      const cpu = process.cpuUsage(); const begin = performance.now(); const result = await work(); const ms = performance.now() - begin;
      const { user, system } = process.cpuUsage(cpu); figures[what] = { ms, cpuMs: (user + system) / 1000 };
      return result;
    };`;
  const run = (source) =>
    JSON.parse(
      execFileSync(process.execPath, ['--input-type=module', '-e', source], {
        cwd: path.dirname(folder),
        encoding: 'utf8',
      }),
    );
  const application = (imports) => `
    class App {} ; Module({ imports: [${imports}] })(App);
    const app = await measured('boot', () => NestFactory.createApplicationContext(App, { logger: false }));
    await app.close(); console.log(JSON.stringify(figures));`;
  const without = () => run(`${nest} ${application('')}`);
  const withIt = () =>
    run(`${nest} const { WorkflowModule } = await measured('import', () => import(${own}));
      ${application('WorkflowModule.forRoot({})')}`);
  const figures = { import: { ms: [], cpuMs: [] }, boot: { ms: [], cpuMs: [] } };
  for (let sample = 0; sample < SAMPLES; sample += 1) {
    const bare = without();
    const full = withIt();
    for (const unit of ['ms', 'cpuMs']) {
      figures.import[unit].push(full.import[unit]);
      figures.boot[unit].push(full.boot[unit] - bare.boot[unit]);
    }
  }
  print('| added to a Nest application | ms | CPU ms | bar |');
  print('|---|--:|--:|--:|');
  for (const [what, bar] of Object.entries(BARS)) {
    const ms = spread(figures[what].ms);
    const cpuMs = spread(figures[what].cpuMs);
    record({ row: 'boot', what, ms, cpuMs });
    report({ row: 'boot', contender: 'engine', what, unit: 'ms', figure: ms, bar: { of: 'figure', atMost: bar } });
    print(`| ${what} | ${showSpread(ms)} | ${showSpread(cpuMs)} | ≤ ${show(bar)} |`);
  }
}
