import { ApiProperty } from '@nestjs/swagger';
import { IsString, MaxLength } from 'class-validator';

export class CancelOrderDto {
  @ApiProperty({ example: 'changed my mind' })
  @IsString()
  @MaxLength(200)
  readonly reason!: string;
}
