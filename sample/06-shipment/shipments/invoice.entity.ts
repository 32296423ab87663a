import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('invoices')
export class Invoice {
  @PrimaryColumn('text')
  shipmentId!: string;

  @Column('integer')
  amount!: number;
}
