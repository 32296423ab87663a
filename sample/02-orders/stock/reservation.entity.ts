import { Column, Entity, PrimaryColumn } from 'typeorm';

/** So many of a product belong to an order. */
@Entity('reservations')
export class Reservation {
  @PrimaryColumn('text')
  orderId!: string;

  @PrimaryColumn('text')
  sku!: string;

  @Column('integer')
  quantity!: number;

  /** Taken from the shelf, and no longer only in the books. */
  @Column('boolean')
  isPicked!: boolean;
}
