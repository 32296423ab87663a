import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsInt, IsOptional, IsString, MaxLength, Min, MinLength, ValidateIf } from 'class-validator';
import type { ShipmentEvent } from './shipment.chart.js';

export const TRIGGERS = [
  'COLLECT',
  'ARRIVE',
  'DEPART',
  'MISS',
  'DELIVER',
  'CLEAR',
  'PAY',
  'HOLD',
  'RELEASE',
  'CANCEL',
] as const satisfies readonly ShipmentEvent['type'][];

export class MoveShipmentDto {
  @ApiProperty({ enum: TRIGGERS, example: 'COLLECT' })
  @IsIn(TRIGGERS)
  readonly trigger!: ShipmentEvent['type'];

  @ApiProperty({ example: 'ada', description: 'Who moves it; kept in the history.' })
  @IsString()
  @MinLength(1)
  @MaxLength(60)
  readonly by!: string;

  @ApiPropertyOptional({ example: 1, description: 'The version that was seen; any other one is refused.' })
  @IsOptional()
  @IsInt()
  @Min(1)
  readonly expectedVersion?: number;

  @ApiPropertyOptional({ example: 2_010, description: 'With PAY, in cents.' })
  @ValidateIf(({ trigger }: MoveShipmentDto) => trigger === 'PAY')
  @IsInt()
  @Min(1)
  readonly amount?: number;

  @ApiPropertyOptional({ example: 'Grace', description: 'With DELIVER.' })
  @ValidateIf(({ trigger }: MoveShipmentDto) => trigger === 'DELIVER')
  @IsString()
  @MinLength(1)
  @MaxLength(60)
  readonly signedBy?: string;
}

/** What the machine is sent. */
export function eventOf({ trigger, amount = 0, signedBy = '' }: MoveShipmentDto): ShipmentEvent {
  if (trigger === 'PAY') return { type: trigger, amount };
  if (trigger === 'DELIVER') return { type: trigger, signedBy };

  return { type: trigger };
}
