import { relative } from 'node:path';
import { Injectable } from '@nestjs/common';
import type { WorkflowHandle } from 'nestjs-workflow';
import type { AuditProgress } from '../audits/audit-progress.js';
import { AuditsService } from '../audits/audits.service.js';
import type { AuditResult } from '../audits/licence-audit.workflow.js';
import { ReadLedger } from '../packages/read-ledger.service.js';
import { Settings } from '../settings.js';
import { DecisionPrompt } from './decision-prompt.js';
import { ProgressView } from './progress-view.js';

/** The audit that this process was started for, from the first line to the last. */
@Injectable()
export class AuditSession {
  constructor(
    private readonly audits: AuditsService,
    private readonly ledger: ReadLedger,
    private readonly settings: Settings,
    private readonly view: ProgressView,
    private readonly prompt: DecisionPrompt,
  ) {}

  async run(url: string): Promise<void> {
    console.log(`Listening on ${url}, process ${process.pid}: kill -9 it at any moment, and start again.`);
    const audit = await this.goOnOrStart();
    try {
      await this.follow(audit, url);
      await this.conclude(audit.id, await audit.result());
    } finally {
      this.view.end();
    }
    if (this.settings.decide === undefined) console.log('Ctrl+C ends the sample.');
  }

  private async goOnOrStart(): Promise<WorkflowHandle<AuditResult>> {
    const unfinished = this.settings.id === undefined ? await this.audits.unfinished() : undefined;
    const audit = unfinished ?? (await this.audits.start(this.settings.id));
    const { progress } = await this.audits.view(audit.id);
    console.log(
      audit.created
        ? `Audit ${audit.id} begins with ${relative('', this.settings.root) || 'this project'}.`
        : `Audit ${audit.id} goes on: ${progress.read} of ${progress.packages} packages are on record.`,
    );
    this.view.begin(progress);

    return audit;
  }

  private async follow(audit: WorkflowHandle<AuditResult>, url: string): Promise<void> {
    const decided = new AbortController();
    for await (const { payload } of audit.stream()) {
      const progress = payload as AuditProgress;
      this.view.show(progress);
      if (progress.phase === 'report') decided.abort();
      // What is told may be long over: the stream begins with what was told before.
      if (progress.phase === 'review' && (await this.audits.view(audit.id)).progress.phase === 'review') {
        await this.present(audit.id);
        void this.decide(audit.id, url, decided.signal);
      }
    }
  }

  private async present(id: string): Promise<void> {
    const findings = await this.audits.underReview(id);
    console.log(`\n${findings.length} of the packages need a decision:`);
    for (const { name, version, licence, reason } of findings) {
      console.log(`  ${`${name}@${version}`.padEnd(32)} ${licence.padEnd(22)} ${reason}`);
    }
  }

  private async decide(id: string, url: string, signal: AbortSignal): Promise<void> {
    const { decide } = this.settings;
    const decision =
      decide === undefined ? await this.prompt.ask({ auditId: id, url, signal }) : { verdict: decide, by: '--decide' };
    if (decision === undefined) return;
    const { accepted } = await this.audits.decide(id, decision);
    if (accepted) console.log(`Decided: ${decision.verdict}.`);
  }

  private async conclude(id: string, { outcome, packages, review, files }: AuditResult): Promise<void> {
    const { reads, processes } = await this.ledger.tally(id);
    console.log(
      [
        `\nAudit ${id}: ${outcome}. ${packages} packages, ${review} reviewed.`,
        `The ledger counts ${reads} reads of ${packages} packages by ${processes} ${processes === 1 ? 'process' : 'processes'}.`,
        ...files.map((file) => `  ${relative('', file)}`),
      ].join('\n'),
    );
  }
}
