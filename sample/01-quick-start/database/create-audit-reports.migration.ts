import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateAuditReports1763697600000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE audit_reports (
        "auditId" text PRIMARY KEY,
        "outcome" text NOT NULL,
        "packages" integer NOT NULL,
        "report" json NOT NULL,
        "storedAt" timestamptz NOT NULL DEFAULT now()
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE audit_reports');
  }
}
