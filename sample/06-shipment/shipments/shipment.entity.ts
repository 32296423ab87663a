import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A shipment as the company knows it. Its machine has the same id. */
@Entity('shipments')
export class Shipment {
  @PrimaryColumn('text')
  id!: string;

  @Column('text')
  country!: string;

  @Column('integer')
  grams!: number;

  /** Of the goods; whole cents, as all amounts. */
  @Column('integer')
  worth!: number;

  /** The state of its machine, written by each transition: a name, or JSON where states lie in each other. */
  @Column('text')
  status!: string;

  /** Who moved it last. */
  @Column('text')
  handledBy!: string;
}
