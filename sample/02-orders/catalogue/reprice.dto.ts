import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsNumber, IsOptional, IsString, Max, MaxLength, Min } from 'class-validator';

/** Which products are to cost what. */
export class RepriceDto {
  @ApiProperty({ example: 8, minimum: -90, maximum: 900, description: 'Percent on the list price, or off it.' })
  @IsNumber({ allowNaN: false, allowInfinity: false })
  @Min(-90)
  @Max(900)
  readonly percent!: number;

  @ApiPropertyOptional({ example: 'spice', description: 'Only products of this category.' })
  @IsOptional()
  @IsString()
  @MaxLength(60)
  readonly category?: string;
}
