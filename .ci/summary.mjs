// Reads the JSON report of a jest run and prints `N passed, N failed`. A suite that could not even be loaded has failed.
import { readFileSync } from 'node:fs';

const text = readFileSync(process.argv[2], 'utf8');
if (text === '') {
  console.error('The test run left no report: it was stopped before its end.');
  process.exit(1);
}
const report = JSON.parse(text);
const failed = report.numFailedTests + report.numRuntimeErrorTestSuites;

console.log(`${report.numPassedTests} passed, ${failed} failed`);
process.exitCode = failed === 0 && report.numPassedTests > 0 ? 0 : 1;
