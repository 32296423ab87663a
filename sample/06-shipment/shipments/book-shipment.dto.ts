import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsInt, IsOptional, Matches, Max, Min } from 'class-validator';

export class BookShipmentDto {
  @ApiPropertyOptional({ example: 'box-1', description: 'The same shipment sent twice under one id is one shipment.' })
  @IsOptional()
  @Matches(/^[\w.-]{1,60}$/, { message: 'id is made of up to 60 letters, digits, "_", "." and "-"' })
  readonly id?: string;

  @ApiProperty({ example: 'NO', description: 'AT, CH, DE and NO are served; others are not collected.' })
  @Matches(/^[A-Z]{2}$/, { message: 'country is two capital letters' })
  readonly country!: string;

  @ApiProperty({ example: 1_200, minimum: 1, maximum: 30_000 })
  @IsInt()
  @Min(1)
  @Max(30_000)
  readonly grams!: number;

  @ApiProperty({ example: 4_900, description: 'Of the goods, in cents.' })
  @IsInt()
  @Min(0)
  @Max(100_000_000)
  readonly worth!: number;
}
