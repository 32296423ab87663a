import type { PackageFinding } from '../packages/package-finding.js';
import type { AuditDecision } from './audit-decision.js';

/** `passed`: nothing to review; the others are what the person decided. */
export type AuditOutcome = 'passed' | 'allowed' | 'denied';

export interface AuditReportDocument {
  readonly id: string;
  readonly root: string;
  readonly startedAt: string;
  readonly endedAt: string;
  readonly outcome: AuditOutcome;
  readonly decision: AuditDecision | null;
  readonly licences: Readonly<Record<string, number>>;
  readonly files: number;
  readonly bytes: number;
  readonly findings: readonly PackageFinding[];
}

export interface AuditFacts {
  readonly id: string;
  readonly root: string;
  /** Epoch milliseconds. */
  readonly startedAt: number;
  /** Epoch milliseconds. */
  readonly endedAt: number;
  readonly findings: readonly PackageFinding[];
  readonly decision: AuditDecision | null;
}

/** The report of an audit. Pure: the same facts give the same report, also when the workflow is replayed. */
export function createReport({ startedAt, endedAt, ...facts }: AuditFacts): AuditReportDocument {
  const { findings, decision } = facts;
  const outcome = decision === null ? 'passed' : decision.verdict === 'allow' ? 'allowed' : 'denied';

  return {
    ...facts,
    startedAt: new Date(startedAt).toISOString(),
    endedAt: new Date(endedAt).toISOString(),
    outcome,
    licences: countLicences(findings),
    files: sum(findings.map(({ files }) => files)),
    bytes: sum(findings.map(({ bytes }) => bytes)),
  };
}

function countLicences(findings: readonly PackageFinding[]): Record<string, number> {
  const counts = new Map<string, number>();
  for (const { licence } of findings) counts.set(licence, (counts.get(licence) ?? 0) + 1);

  return Object.fromEntries([...counts].sort(([a, left], [b, right]) => right - left || (a < b ? -1 : 1)));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
