import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateShop1763740800000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE products (
        "sku" text PRIMARY KEY,
        "name" text NOT NULL,
        "category" text NOT NULL,
        "grams" integer NOT NULL,
        "listPrice" integer NOT NULL,
        "price" integer NOT NULL,
        "stock" integer NOT NULL CHECK ("stock" >= 0),
        "shelf" integer NOT NULL CHECK ("shelf" >= 0)
      )`);
    await runner.query(`
      CREATE TABLE reservations (
        "orderId" text NOT NULL,
        "sku" text NOT NULL REFERENCES products ("sku"),
        "quantity" integer NOT NULL,
        "isPicked" boolean NOT NULL,
        PRIMARY KEY ("orderId", "sku")
      )`);
    await runner.query(`
      CREATE TABLE payments (
        "orderId" text PRIMARY KEY,
        "paymentId" text NOT NULL,
        "amount" integer NOT NULL,
        "status" text NOT NULL
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE payments, reservations, products');
  }
}
