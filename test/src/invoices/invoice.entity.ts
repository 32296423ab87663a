import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity()
export class Invoice {
  @PrimaryColumn()
  id!: string;

  @Column()
  total!: number;
}
