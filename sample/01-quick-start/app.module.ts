import { Module, type DynamicModule } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { WorkflowModule } from 'nestjs-workflow';
import { AuditsModule } from './audits/audits.module.js';
import { DatabaseModule } from './database/database.module.js';
import { HealthModule } from './http/health.module.js';
import { SettingsModule } from './settings.module.js';
import type { Settings } from './settings.js';
import { TerminalModule } from './terminal/terminal.module.js';

@Module({})
export class AppModule {
  static with(settings: Settings): DynamicModule {
    return {
      module: AppModule,
      imports: [
        SettingsModule.with(settings),
        DatabaseModule,
        CqrsModule.forRoot(),
        WorkflowModule.forRoot({ typeorm: true }),
        AuditsModule,
        HealthModule,
        TerminalModule,
      ],
    };
  }
}
