import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity()
export class Booking {
  @PrimaryColumn('text')
  orderId!: string;

  @Column('integer')
  amount!: number;
}
