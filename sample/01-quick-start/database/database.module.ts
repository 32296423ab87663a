import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuditReport } from '../audits/audit-report.entity.js';
import { Settings } from '../settings.js';
import { CreateAuditReports1763697600000 } from './create-audit-reports.migration.js';
import { startDatabase } from './embedded-database.js';

@Module({
  imports: [
    TypeOrmModule.forRootAsync({
      inject: [Settings],
      useFactory: async (settings: Settings) => ({
        type: 'postgres' as const,
        url: (await startDatabase(settings)).url,
        entities: [AuditReport],
        migrations: [CreateAuditReports1763697600000],
        migrationsRun: true,
      }),
    }),
  ],
})
export class DatabaseModule {}
