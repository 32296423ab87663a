import { Module, type DynamicModule } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import type { MigrationInterface } from 'typeorm';
import { SampleSettings } from '../settings/sample-settings.js';
import { startDatabase } from './embedded-database.js';

export interface SampleDatabase {
  /** The tables of the sample's own, which stand in one database with the journal. */
  readonly migrations: readonly (new () => MigrationInterface)[];
  /** Its name in the embedded Postgres. @default the one that `startEmbeddedPostgres` chooses */
  readonly name?: string;
}

/** TypeORM over the embedded Postgres. Entities come from `TypeOrmModule.forFeature`, wherever they are used. */
@Module({})
export class DatabaseModule {
  static with({ migrations, name }: SampleDatabase): DynamicModule {
    return {
      module: DatabaseModule,
      imports: [
        TypeOrmModule.forRootAsync({
          inject: [SampleSettings],
          useFactory: async (settings: SampleSettings) => ({
            type: 'postgres' as const,
            url: (await startDatabase(settings, name)).url,
            autoLoadEntities: true,
            migrations: [...migrations],
            migrationsRun: true,
          }),
        }),
      ],
    };
  }
}
