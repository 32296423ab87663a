import { IsString, MinLength } from 'class-validator';

/** The input of an audit. Checked before an instance is created. */
export class AuditRequest {
  /** The folder whose installed packages are audited. */
  @IsString()
  @MinLength(1)
  readonly root!: string;
}
