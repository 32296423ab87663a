import type { WorkflowInputIssue } from '../core/errors/index.js';

/** What class-validator finds; written out so that its types need not be installed. */
interface Finding {
  readonly property: string;
  readonly constraints?: Readonly<Record<string, string>>;
  readonly children?: readonly Finding[];
}

/**
 * What class-validator has to say of an object by the decorators of its class; nothing where the class has none.
 *
 * @throws what the import of class-validator throws.
 * @internal
 */
export async function classFindings(
  instance: object,
  options: { readonly whitelist?: boolean; readonly forbidUnknownValues?: boolean } = { forbidUnknownValues: false },
): Promise<WorkflowInputIssue[]> {
  const { validate } = await import('class-validator');
  const findings: readonly Finding[] = await validate(instance, options);
  return findings.flatMap((finding) => issuesOf(finding, ''));
}

function issuesOf(finding: Finding, parent: string): WorkflowInputIssue[] {
  const path = parent === '' ? finding.property : `${parent}.${finding.property}`;
  const own = Object.values(finding.constraints ?? {}).map((message) => ({ path, message }));
  return [...own, ...(finding.children ?? []).flatMap((child) => issuesOf(child, path))];
}
