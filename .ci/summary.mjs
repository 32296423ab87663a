// Reads the JSON reports of a jest run, and of the second try of its failed suites, and prints `N passed, N failed`. A suite that
// could not even be loaded has failed. With `--failed` it prints the paths of the failed suites instead, a line each.
import { existsSync, readFileSync } from 'node:fs';
import { relative } from 'node:path';

const [first, second] = process.argv.slice(2).filter((argument) => argument !== '--failed');
const report = reportOf(first);
const failed = report.testResults.filter(({ status }) => status === 'failed');

if (process.argv.includes('--failed')) {
  for (const { name } of failed) console.log(relative(process.cwd(), name));
} else {
  const again = second !== undefined && existsSync(second) ? reportOf(second).testResults : [];
  const settled = report.testResults.map((suite) => again.find(({ name }) => name === suite.name) ?? suite);
  const mended = failed.filter(({ name }) => again.some((suite) => suite.name === name && suite.status === 'passed'));
  for (const suite of mended) {
    console.log(`Passed at its second try only, look at it: ${relative(process.cwd(), suite.name)}`);
    for (const { fullName } of suite.assertionResults.filter(({ status }) => status === 'failed'))
      console.log(`  ${fullName}`);
  }
  const passes = count(settled, 'passed');
  const failures = count(settled, 'failed') + settled.filter(isBroken).length;
  console.log(`${passes} passed, ${failures} failed`);
  process.exitCode = failures === 0 && passes > 0 ? 0 : 1;
}

function reportOf(path) {
  const text = readFileSync(path, 'utf8');
  if (text !== '') return JSON.parse(text);
  console.error('The test run left no report: it was stopped before its end.');
  process.exit(1);
}

function count(suites, status) {
  return suites.flatMap(({ assertionResults }) => assertionResults).filter((test) => test.status === status).length;
}

/** Failed without a single failed test: it could not be loaded, or its hooks around all tests threw. */
function isBroken({ status, assertionResults }) {
  return status === 'failed' && !assertionResults.some((test) => test.status === 'failed');
}
