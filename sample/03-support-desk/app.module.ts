import { Module, type DynamicModule } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { WorkflowModule } from 'nestjs-workflow';
import { DatabaseModule } from '../shared/database/database.module.js';
import { HealthModule } from '../shared/http/health.module.js';
import { SettingsModule } from '../shared/settings/settings.module.js';
import { PageModule } from './page/page.module.js';
import { ReviewsModule } from './reviews/reviews.module.js';
import type { Settings } from './settings.js';
import { TicketsModule } from './tickets/tickets.module.js';

@Module({})
export class AppModule {
  static with(settings: Settings): DynamicModule {
    return {
      module: AppModule,
      imports: [
        SettingsModule.with(settings),
        DatabaseModule.with({ name: 'support', migrations: [] }),
        CqrsModule.forRoot(),
        WorkflowModule.forRoot({ typeorm: true, worker: settings.runsTickets }),
        TicketsModule,
        ReviewsModule,
        PageModule,
        HealthModule,
      ],
    };
  }
}
