import { Column, CreateDateColumn, Entity, PrimaryColumn } from 'typeorm';
import type { AuditOutcome, AuditReportDocument } from './audit-report.js';

/** The sample's own table, in the same database as the journal. */
@Entity('audit_reports')
export class AuditReport {
  @PrimaryColumn('text')
  auditId!: string;

  @Column('text')
  outcome!: AuditOutcome;

  @Column('integer')
  packages!: number;

  @Column('json')
  report!: AuditReportDocument;

  @CreateDateColumn({ type: 'timestamptz' })
  storedAt!: Date;
}
