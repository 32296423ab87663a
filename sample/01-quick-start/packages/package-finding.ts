import type { LicenceJudgement } from './licence.js';

/** What an audit knows about one installed package. */
export interface PackageFinding extends LicenceJudgement {
  /** Its folder below the root, such as `node_modules/rxjs`. */
  readonly path: string;
  readonly name: string;
  readonly version: string;
  /** The file with the licence's text; `null` when there is none. */
  readonly licenceFile: string | null;
  readonly files: number;
  readonly bytes: number;
}
