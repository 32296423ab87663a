import type { CallHost } from './call-host.js';
import { Call } from './call.js';

/** The point of no return: an entry and nothing else. @internal */
export class CommitCall extends Call<void> {
  readonly hasEffect = false;

  constructor(name: string, calledAt: number) {
    super(name, 'commit', calledAt);
  }

  prepare(host: CallHost): void {
    host.arrive({ call: this, status: 'completed', attempts: 0 });
  }

  protected receive(): void {
    return undefined;
  }
}
