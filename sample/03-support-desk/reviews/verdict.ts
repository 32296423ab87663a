import { IsIn, IsOptional, IsString, MaxLength } from 'class-validator';

export const CHOICES = ['send', 'revise', 'escalate', 'close'] as const;

/** What a reviewer says of a draft. */
export class Verdict {
  @IsIn(CHOICES)
  readonly choice!: (typeof CHOICES)[number];

  /** What is to be different next time. */
  @IsOptional()
  @IsString()
  @MaxLength(500)
  readonly remark?: string;
}
