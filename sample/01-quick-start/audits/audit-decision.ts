import { IsIn, IsOptional, IsString, MaxLength } from 'class-validator';
import { WorkflowSignal } from 'nestjs-workflow';

/** What a person says about the packages under review. */
export class AuditDecision {
  @IsIn(['allow', 'deny'])
  readonly verdict!: 'allow' | 'deny';

  @IsString()
  @MaxLength(200)
  readonly by!: string;

  @IsOptional()
  @IsString()
  @MaxLength(2_000)
  readonly note?: string;
}

/** One constant for who sends and who waits: name and payload type belong together. */
export const auditDecision = new WorkflowSignal<AuditDecision>('audit.decision');
