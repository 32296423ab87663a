import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RoundResult } from './round.js';

const file = fileURLToPath(new URL('./results/rounds.jsonl', import.meta.url));

/** One round that was run, as a line of the result file. */
export interface ResultLine extends RoundResult {
  readonly at: string;
  readonly commit: string;
  readonly scenario: string;
  readonly seed: string;
  /** How much of a round it was, up to 1. */
  readonly share: number;
  readonly seconds: number;
}

/** Appends a round. What was run on files that no commit holds says so. */
export function remember(line: Omit<ResultLine, 'at' | 'commit'>): void {
  mkdirSync(dirname(file), { recursive: true });
  appendFileSync(file, `${JSON.stringify({ at: new Date().toISOString(), commit: commitOfTree(), ...line })}\n`);
}

export function remembered(): ResultLine[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as ResultLine);
}

/** Adds up what was run, by scenario. */
export function report(lines: readonly ResultLine[]): string {
  const scenarios = [...new Set(lines.map(({ scenario }) => scenario))];
  return scenarios.map((scenario) => reportOf(scenario, lines)).join('\n');
}

function reportOf(scenario: string, all: readonly ResultLine[]): string {
  const lines = all.filter((line) => line.scenario === scenario);
  const faults = new Map<string, number>();
  for (const line of lines)
    for (const [kind, count] of Object.entries(line.faults)) faults.set(kind, (faults.get(kind) ?? 0) + count);
  const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
  const failed = lines.filter(({ violations }) => violations.length > 0);
  const commits = [...new Set(lines.map(({ commit }) => commit))];
  return [
    `${scenario}: ${lines.length} rounds, ${sum(lines.map(({ instances }) => instances)).toLocaleString('en')} instances, ${failed.length} rounds with violations (${commits.join(', ')})`,
    ...[...faults]
      .sort(([a], [b]) => a.localeCompare(b))
      .map(([kind, count]) => `  ${count.toLocaleString('en').padStart(7)} ${kind}`),
    ...failed.flatMap(({ seed, commit, violations }) =>
      violations.map((what) => `  seed ${seed} (${commit}): ${what}`),
    ),
  ].join('\n');
}

function commitOfTree(): string {
  const git = (...words: string[]): string =>
    execFileSync('git', words, { cwd: dirname(fileURLToPath(import.meta.url)), encoding: 'utf8' }).trim();
  const isChanged = git('status', '--porcelain', '--', ':/lib', ':/test/durability', ':/test/utils') !== '';
  return git('rev-parse', '--short', 'HEAD') + (isChanged ? '+' : '');
}
