import { ApiProperty } from '@nestjs/swagger';
import type { InstanceStatus } from 'nestjs-workflow';

/** How far a re-pricing is. */
export class RepricingView {
  @ApiProperty({ example: 'reprice-7c9e6679' })
  readonly id!: string;

  @ApiProperty({ example: 'running' })
  readonly status!: InstanceStatus;

  @ApiProperty({ example: 2_250, description: 'Products that are to be re-priced.' })
  readonly products!: number;

  @ApiProperty({ example: 1_200 })
  readonly repriced!: number;

  @ApiProperty({ example: 0 })
  readonly failed!: number;
}
