import { Column, Entity, PrimaryColumn } from 'typeorm';

/** What the shop itself knows of a payment. */
@Entity('payments')
export class Payment {
  @PrimaryColumn('text')
  orderId!: string;

  /** The number that the provider gave it. */
  @Column('text')
  paymentId!: string;

  /** Whole cents. */
  @Column('integer')
  amount!: number;

  @Column('text')
  status!: 'charged' | 'refunded';
}
