import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Something the shop sells. Prices are whole cents. */
@Entity('products')
export class Product {
  /** Readable, such as `assam-100g-organic`. */
  @PrimaryColumn('text')
  sku!: string;

  @Column('text')
  name!: string;

  @Column('text')
  category!: string;

  @Column('integer')
  grams!: number;

  /** As the price list says; never changes. */
  @Column('integer')
  listPrice!: number;

  /** What is asked for it now. */
  @Column('integer')
  price!: number;

  /** How many may still be sold, by the books. */
  @Column('integer')
  stock!: number;

  /** How many really lie there. */
  @Column('integer')
  shelf!: number;
}
