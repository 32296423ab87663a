import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity()
export class Parcel {
  @PrimaryColumn('text')
  id!: string;

  @Column('text')
  status!: string;
}
