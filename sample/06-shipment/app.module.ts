import { Module, type DynamicModule } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { WorkflowModule } from 'nestjs-workflow';
import { DatabaseModule } from '../shared/database/database.module.js';
import { HealthModule } from '../shared/http/health.module.js';
import { SettingsModule } from '../shared/settings/settings.module.js';
import { CreateShipments1764300000000 } from './database/create-shipments.migration.js';
import type { Settings } from './settings.js';
import { ShipmentsModule } from './shipments/shipments.module.js';

@Module({})
export class AppModule {
  static with(settings: Settings): DynamicModule {
    return {
      module: AppModule,
      imports: [
        SettingsModule.with(settings),
        DatabaseModule.with({ name: 'shipments', migrations: [CreateShipments1764300000000] }),
        CqrsModule.forRoot(),
        WorkflowModule.forRoot({ typeorm: true, events: { outbox: true } }),
        ShipmentsModule,
        HealthModule,
      ],
    };
  }
}
