import type { AuditReportDocument } from './audit-report.js';

const OUTCOMES = {
  passed: 'Passed: every licence is allowed',
  allowed: 'Allowed by a person',
  denied: 'Denied by a person',
} as const;

/** The report for people. */
export function renderMarkdown(report: AuditReportDocument): string {
  const { findings, decision } = report;
  const review = findings.filter(({ verdict }) => verdict === 'review');
  const lines = [
    `# Licence audit ${report.id}`,
    '',
    `**${OUTCOMES[report.outcome]}.** ${findings.length} packages, ${report.files} files, ${megabytes(report.bytes)} MB.`,
    ...(decision === null
      ? []
      : ['', `Decided by ${decision.by}: ${decision.verdict}. ${decision.note ?? ''}`.trimEnd()]),
    '',
    `Folder \`${report.root}\`, from ${report.startedAt} to ${report.endedAt}.`,
    '',
    '## Under review',
    '',
    ...(review.length === 0
      ? ['Nothing.']
      : table(
          ['package', 'licence', 'why'],
          review.map((finding) => [`${finding.name}@${finding.version}`, finding.licence, finding.reason]),
        )),
    '',
    '## Licences',
    '',
    ...table(
      ['licence', 'packages'],
      Object.entries(report.licences).map(([licence, count]) => [licence, String(count)]),
    ),
    '',
    '## Packages',
    '',
    ...table(
      ['package', 'licence', 'text', 'kB', 'folder'],
      findings.map(({ name, version, licence, licenceFile, bytes, path }) => [
        `${name}@${version}`,
        licence,
        licenceFile ?? '–',
        String(Math.ceil(bytes / 1024)),
        path,
      ]),
    ),
  ];

  return `${lines.join('\n')}\n`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const row = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;

  return [row(head), row(head.map(() => '---')), ...rows.map(row)];
}

function megabytes(bytes: number): string {
  return (bytes / 1024 / 1024).toFixed(1);
}
