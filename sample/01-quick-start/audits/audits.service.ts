import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { WorkflowClient, type InstanceView, type Journaled, type WorkflowHandle } from 'nestjs-workflow';
import type { Repository } from 'typeorm';
import type { PackageFinding } from '../packages/package-finding.js';
import { Settings } from '../settings.js';
import { auditDecision, type AuditDecision } from './audit-decision.js';
import { NO_PROGRESS, type AuditProgress } from './audit-progress.js';
import { AuditReport } from './audit-report.entity.js';
import { LicenceAuditWorkflow, type AuditResult } from './licence-audit.workflow.js';

/** An audit as it is shown. */
export interface AuditView {
  readonly id: string;
  readonly status: InstanceView['status'];
  readonly progress: AuditProgress;
  readonly result?: AuditResult;
  readonly error?: string;
}

/** What people do with audits: start, watch, decide, read. */
@Injectable()
export class AuditsService {
  constructor(
    private readonly client: WorkflowClient,
    private readonly settings: Settings,
    @InjectRepository(AuditReport) private readonly reports: Repository<AuditReport>,
  ) {}

  /** The same id started twice is one audit; `created` tells. */
  start(id = newAuditId()): Promise<WorkflowHandle<AuditResult>> {
    return this.client.start(LicenceAuditWorkflow, { root: this.settings.root }, { id });
  }

  /** The newest audit that has not ended. */
  async unfinished(): Promise<WorkflowHandle<AuditResult> | undefined> {
    const { items } = await this.client.list({
      workflow: LicenceAuditWorkflow,
      status: ['pending', 'running', 'suspended', 'compensating', 'quarantined'],
      limit: 1,
    });

    return items[0] && this.handle(items[0].id);
  }

  /** @throws WorkflowNotFoundError */
  handle(id: string): Promise<WorkflowHandle<AuditResult>> {
    return this.client.getHandle(id, LicenceAuditWorkflow);
  }

  async view(id: string): Promise<AuditView> {
    const { status, customStatus, output, error } = await (await this.handle(id)).status();

    return {
      id,
      status,
      progress: (customStatus as AuditProgress | undefined) ?? NO_PROGRESS,
      ...(status === 'completed' && { result: output as AuditResult }),
      ...(error !== undefined && { error: error.message }),
    };
  }

  /** What a person has to look at, straight from the journal. */
  async underReview(id: string): Promise<Journaled<PackageFinding>[]> {
    const journal = await this.client.getJournal(id);

    return journal
      .filter(({ kind, name }) => kind === 'step' && name.startsWith('read:'))
      .map(({ value }) => value as Journaled<PackageFinding>)
      .filter(({ verdict }) => verdict === 'review');
  }

  /** The first decision counts: a second one is the same signal again. */
  async decide(id: string, decision: AuditDecision): Promise<{ accepted: boolean }> {
    const handle = await this.handle(id);
    const { created } = await handle.signal(auditDecision, decision, { id: 'decision' });

    return { accepted: created };
  }

  report(id: string): Promise<AuditReport | null> {
    return this.reports.findOneBy({ auditId: id });
  }
}

function newAuditId(): string {
  return `audit-${new Date().toISOString().slice(0, 19).replaceAll(':', '').replace('T', '-')}`;
}
