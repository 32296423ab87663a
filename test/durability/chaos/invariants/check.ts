import { RELIABILITY_RULES, type ReliabilityRule } from '../../../utils/reliability-rules.js';

/** One question to the tables of a round; each row of its answer is something wrong. */
export interface Check {
  readonly rule: ReliabilityRule;
  readonly title: string;
  /** Answers a column `what`. */
  readonly sql: string;
}

export function check(rule: ReliabilityRule, ...questions: readonly string[]): Check {
  return { rule, title: RELIABILITY_RULES[rule].title, sql: questions.map((sql) => `(${sql})`).join('\nUNION ALL\n') };
}

export const TERMINAL = `('completed', 'failed', 'cancelled', 'compensation_failed')`;

/** How often the lease of each instance was lost, or given back with its bodies unfinished. */
export const LOSSES = `SELECT h.id, count(*) AS losses FROM history h WHERE h.kind IN ('lost', 'given back') GROUP BY h.id`;

/** What the audit, the driver and the processes themselves have reported. */
export function reported(rule: ReliabilityRule): string {
  return `SELECT b.what FROM breaches b WHERE b.rule = '${rule}'`;
}
