import { IsOptional, Matches } from 'class-validator';

export class StartAuditDto {
  /** The same id started twice is one audit. */
  @IsOptional()
  @Matches(/^[\w.-]{1,100}$/, { message: 'id is made of up to 100 letters, digits, "_", "." and "-"' })
  readonly id?: string;
}
