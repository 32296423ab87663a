import { IsOptional, IsString, Length, Matches, MaxLength } from 'class-validator';

export class OpenTicketDto {
  /** The same message sent twice under one id is one ticket. */
  @IsOptional()
  @Matches(/^[\w.-]{1,60}$/, { message: 'id is made of up to 60 letters, digits, "_", "." and "-"' })
  readonly id?: string;

  @IsString()
  @Length(3, 200)
  readonly from!: string;

  @IsString()
  @MaxLength(200)
  readonly subject!: string;

  @IsString()
  @Length(1, 20_000)
  readonly text!: string;
}
