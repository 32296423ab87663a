import { ApiProperty } from '@nestjs/swagger';
import type { StateMachineSnapshot, StateValue } from 'nestjs-workflow/state-machine';
import type { ShipmentEvent, ShipmentFacts, shipmentChart } from './shipment.chart.js';
import { TRIGGERS } from './move-shipment.dto.js';

/** A shipment as it is shown. */
export class ShipmentView {
  @ApiProperty({ example: 'box-1' })
  readonly id!: string;

  @ApiProperty({ example: { booked: 'inTime' }, description: 'The state, or the states that lie in each other.' })
  readonly state!: StateValue;

  @ApiProperty({ example: 1, description: 'How often it has moved, its booking included.' })
  readonly version!: number;

  @ApiProperty({ enum: ['active', 'done', 'error', 'stopped'] })
  readonly status!: string;

  @ApiProperty({ enum: TRIGGERS, isArray: true, description: 'What it takes now.' })
  readonly takes!: readonly ShipmentEvent['type'][];

  @ApiProperty({ type: Object })
  readonly facts!: ShipmentFacts;
}

export function viewOf(snapshot: StateMachineSnapshot<typeof shipmentChart>): ShipmentView {
  const { id, value, version, status, context } = snapshot;

  return { id, state: value, version, status, takes: TRIGGERS.filter((type) => snapshot.can(type)), facts: context };
}
