import { Module, type DynamicModule } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { WorkflowModule } from 'nestjs-workflow';
import { DatabaseModule } from '../shared/database/database.module.js';
import { HealthModule } from '../shared/http/health.module.js';
import { SettingsModule } from '../shared/settings/settings.module.js';
import { CreateShop1763740800000 } from './database/create-shop.migration.js';
import { OrdersModule } from './orders/orders.module.js';
import type { Settings } from './settings.js';

@Module({})
export class AppModule {
  static with(settings: Settings): DynamicModule {
    return {
      module: AppModule,
      imports: [
        SettingsModule.with(settings),
        DatabaseModule.with({ name: 'orders', migrations: [CreateShop1763740800000] }),
        CqrsModule.forRoot(),
        WorkflowModule.forRoot({ typeorm: true, events: { steps: true, outbox: true } }),
        OrdersModule,
        HealthModule,
      ],
    };
  }
}
