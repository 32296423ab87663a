import { Module, type DynamicModule } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { WorkflowModule } from 'nestjs-workflow';
import { DatabaseModule } from '../shared/database/database.module.js';
import { HealthModule } from '../shared/http/health.module.js';
import { SettingsModule } from '../shared/settings/settings.module.js';
import { AuditsModule } from './audits/audits.module.js';
import { CreateAuditReports1763697600000 } from './database/create-audit-reports.migration.js';
import type { Settings } from './settings.js';
import { TerminalModule } from './terminal/terminal.module.js';

@Module({})
export class AppModule {
  static with(settings: Settings): DynamicModule {
    return {
      module: AppModule,
      imports: [
        SettingsModule.with(settings),
        DatabaseModule.with({ migrations: [CreateAuditReports1763697600000] }),
        CqrsModule.forRoot(),
        WorkflowModule.forRoot({ typeorm: true }),
        AuditsModule,
        HealthModule,
        TerminalModule,
      ],
    };
  }
}
