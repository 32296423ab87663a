import { Workflow, type Journaled, type WorkflowContext, type WorkflowRunner } from 'nestjs-workflow';
import type { EntityManager } from 'typeorm';
import type { PackageFinding } from '../packages/package-finding.js';
import { PackageReader } from '../packages/package-reader.service.js';
import { PackageTree } from '../packages/package-tree.service.js';
import { auditDecision, type AuditDecision } from './audit-decision.js';
import { NO_PROGRESS, type AuditProgress } from './audit-progress.js';
import { AuditReport } from './audit-report.entity.js';
import { createReport, type AuditOutcome } from './audit-report.js';
import { AuditRequest } from './audit-request.js';
import { inLanes } from './in-lanes.js';
import { ReportFiles } from './report-files.service.js';

/** Packages that are read at one time. */
const LANES = 4;

/** What an audit ends with; the report itself is in the files and in the database. */
export interface AuditResult {
  readonly outcome: AuditOutcome;
  readonly packages: number;
  readonly review: number;
  readonly files: readonly string[];
}

/** Audits the licences of an installed dependency tree: scan, read every package, ask a person, report. */
@Workflow('licence-audit', { input: AuditRequest, timeout: '30d' })
export class LicenceAuditWorkflow implements WorkflowRunner<AuditRequest, AuditResult> {
  constructor(
    private readonly tree: PackageTree,
    private readonly reader: PackageReader,
    private readonly reports: ReportFiles,
  ) {}

  async run(ctx: WorkflowContext, { root }: AuditRequest): Promise<AuditResult> {
    const startedAt = ctx.now();
    const folders = await ctx.step('scan', () => this.tree.list(root));
    const findings = await this.readAll(ctx, root, folders);
    const review = findings.filter(({ verdict }) => verdict === 'review').length;

    const counts = { packages: findings.length, read: findings.length, review };
    const decision = review === 0 ? null : await this.ask(ctx, counts);

    tell(ctx, { phase: 'report', ...counts });
    const report = createReport({ id: ctx.workflowId, root, startedAt, endedAt: ctx.now(), findings, decision });
    const files = await ctx.step('write report', () => this.reports.write(report), {
      compensate: () => this.reports.remove(report.id),
    });
    // The row and the journal's entry are one commit: there is no moment at which only one of them exists.
    await ctx.transaction('store report', async (manager: EntityManager) => {
      await manager.insert(AuditReport, {
        auditId: report.id,
        outcome: report.outcome,
        packages: findings.length,
        report,
      });
    });
    tell(ctx, { phase: 'done', ...counts });

    return { outcome: report.outcome, packages: findings.length, review, files };
  }

  /** A step per package: what is recorded is never read again. The judgement is part of the record, so a new policy changes no running audit. */
  private async readAll(ctx: WorkflowContext, root: string, folders: readonly string[]): Promise<PackageFinding[]> {
    const findings: Journaled<PackageFinding>[] = [];
    let review = 0;
    tell(ctx, { ...NO_PROGRESS, phase: 'read', packages: folders.length });
    await inLanes(LANES, folders, async (folder) => {
      const finding = await ctx.step(`read:${folder}`, () => this.reader.read(ctx.workflowId, root, folder));
      findings.push(finding);
      if (finding.verdict === 'review') review += 1;
      tell(ctx, { phase: 'read', packages: folders.length, read: findings.length, review });
    });

    return findings.sort((a, b) => (a.path < b.path ? -1 : 1));
  }

  /** Waits, if need be for days: nothing is held in the meantime. */
  private ask(ctx: WorkflowContext, counts: Omit<AuditProgress, 'phase'>): Promise<AuditDecision> {
    tell(ctx, { phase: 'review', ...counts });

    return ctx.waitForSignal('decision', auditDecision);
  }
}

function tell(ctx: WorkflowContext, progress: AuditProgress): void {
  ctx.setStatus(progress);
  ctx.emit(progress);
}
