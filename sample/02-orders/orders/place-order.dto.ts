import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsEmail,
  IsIn,
  IsInt,
  IsOptional,
  IsString,
  Matches,
  Max,
  Min,
  ValidateNested,
} from 'class-validator';
import { COUNTRIES, type Country } from './quote.js';

export class OrderedItemDto {
  @ApiProperty({ example: 'assam-100g-organic' })
  @IsString()
  readonly sku!: string;

  @ApiProperty({ example: 2, minimum: 1, maximum: 1_000 })
  @IsInt()
  @Min(1)
  @Max(1_000)
  readonly quantity!: number;
}

export class PlaceOrderDto {
  @ApiPropertyOptional({ example: 'tea-1', description: 'The same order sent twice under one id is one order.' })
  @IsOptional()
  @Matches(/^[\w.-]{1,60}$/, { message: 'id is made of up to 60 letters, digits, "_", "." and "-"' })
  readonly id?: string;

  @ApiProperty({ example: 'ada@example.com' })
  @IsEmail()
  readonly customer!: string;

  @ApiProperty({ enum: COUNTRIES, example: 'DE' })
  @IsIn(COUNTRIES)
  readonly country!: Country;

  @ApiProperty({ example: 'tok_visa', description: 'One that begins with "tok_declined" is declined.' })
  @Matches(/^tok_\w{1,40}$/, { message: 'paymentToken begins with "tok_"' })
  readonly paymentToken!: string;

  @ApiProperty({ type: [OrderedItemDto] })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(50)
  @ValidateNested({ each: true })
  @Type(() => OrderedItemDto)
  readonly items!: readonly OrderedItemDto[];
}
