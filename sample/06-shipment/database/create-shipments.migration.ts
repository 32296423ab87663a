import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateShipments1764300000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE shipments (
        "id" text PRIMARY KEY,
        "country" text NOT NULL,
        "grams" integer NOT NULL,
        "worth" integer NOT NULL,
        "status" text NOT NULL,
        "handledBy" text NOT NULL
      )`);
    await runner.query(`
      CREATE TABLE invoices (
        "shipmentId" text PRIMARY KEY REFERENCES shipments ("id"),
        "amount" integer NOT NULL
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE invoices, shipments');
  }
}
