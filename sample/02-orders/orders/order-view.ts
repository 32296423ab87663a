import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { InstanceStatus } from 'nestjs-workflow';
import type { Quote } from './quote.js';

export const STEP_STATES = ['to do', 'running', 'done', 'failed', 'undone', 'could not be undone'] as const;

export class OrderStepView {
  @ApiProperty({ example: 'charge' })
  readonly name!: string;

  @ApiProperty({ enum: STEP_STATES })
  readonly state!: (typeof STEP_STATES)[number];
}

/** An order as it is shown. */
export class OrderView {
  @ApiProperty({ example: 'tea-1' })
  readonly id!: string;

  @ApiProperty({ example: 'running' })
  readonly status!: InstanceStatus;

  @ApiProperty({ type: [OrderStepView] })
  readonly steps!: readonly OrderStepView[];

  @ApiPropertyOptional({ enum: ['charged', 'refunded'] })
  readonly payment?: 'charged' | 'refunded';

  @ApiPropertyOptional({ example: 'parcel-tea-1' })
  readonly trackingNumber?: string;

  @ApiPropertyOptional({ description: 'Why it failed, or was cancelled.' })
  readonly reason?: string;

  @ApiProperty({ type: Object, description: 'The lines with their prices, and the total; whole cents.' })
  readonly quote!: Quote;
}

export class PlacedOrderView extends OrderView {
  @ApiProperty({ description: 'Whether this request began it; the same order sent again did not.' })
  readonly created!: boolean;
}

export class CancelledOrderView extends OrderView {
  @ApiProperty({ description: 'Whether the request came in time: an order that has ended stays as it is.' })
  readonly accepted!: boolean;
}
