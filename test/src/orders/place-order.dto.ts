import { IsNumber, IsString, Min } from 'class-validator';

export class PlaceOrder {
  @IsString()
  orderId!: string;

  @IsNumber()
  @Min(0)
  total!: number;
}
