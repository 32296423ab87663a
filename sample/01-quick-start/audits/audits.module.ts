import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { PackagesModule } from '../packages/packages.module.js';
import { AuditListener } from './audit.listener.js';
import { AuditReport } from './audit-report.entity.js';
import { AuditsController } from './audits.controller.js';
import { AuditsService } from './audits.service.js';
import { LicenceAuditWorkflow } from './licence-audit.workflow.js';
import { ReportFiles } from './report-files.service.js';

@Module({
  imports: [PackagesModule, TypeOrmModule.forFeature([AuditReport])],
  controllers: [AuditsController],
  providers: [AuditsService, LicenceAuditWorkflow, ReportFiles, AuditListener],
  exports: [AuditsService],
})
export class AuditsModule {}
