import { IsString, Length } from 'class-validator';
import { Verdict } from './verdict.js';

/** A verdict, and who gives it. */
export class AnswerDto extends Verdict {
  @IsString()
  @Length(1, 60)
  readonly by!: string;
}

export class ClaimDto {
  @IsString()
  @Length(1, 60)
  readonly by!: string;
}
