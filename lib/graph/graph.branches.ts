import { isThenable } from '../core/options/index.js';
import { ConcurrencyLimiter } from '../core/policies/index.js';
import { Failed, type VisitEnd } from './visit-end.js';

/** Visits beside each other, of which no more than so many are under way at one time. @internal */
export class Branches {
  /** Whether one of those that were begun last has failed. */
  hasFailed = false;
  private readonly limiter: ConcurrencyLimiter | undefined;

  /**
   * @param most 0 for all.
   * @param isHalted Whether no more is to be begun.
   */
  constructor(
    most: number,
    private readonly isHalted: () => boolean,
  ) {
    this.limiter = most === 0 ? undefined : new ConcurrencyLimiter(most);
  }

  /**
   * Begins all of them; answers a promise when not all have ended with that. What waits for its turn is not begun any more once another
   * has failed, or all of them are halted.
   *
   * @param begin Begins one.
   * @param end Is told how it ended.
   */
  beginAll(
    count: number,
    begin: (at: number) => VisitEnd | Promise<VisitEnd>,
    end: (at: number, ended: VisitEnd) => void,
  ): Promise<unknown> | undefined {
    this.hasFailed = false;
    const open: Promise<unknown>[] = [];
    for (let at = 0; at < count; at++) {
      const note = (ended: VisitEnd): void => {
        end(at, ended);
        if (ended instanceof Failed) this.hasFailed = true;
      };
      if (this.limiter !== undefined) {
        // How it ended is known before its place is given on.
        open.push(this.limiter.run(() => (this.hasFailed || this.isHalted() ? undefined : noted(begin(at), note))));
        continue;
      }
      const ended = noted(tried(begin, at), note);
      if (ended !== undefined) open.push(ended);
    }
    return open.length === 0 ? undefined : Promise.all(open);
  }
}

function noted(ended: VisitEnd | Promise<VisitEnd>, note: (ended: VisitEnd) => void): Promise<void> | undefined {
  if (isThenable(ended)) return ended.then(note);
  note(ended);
  return undefined;
}

/** A run that was stopped throws: so do then all that are under way, and all of them are waited for. */
function tried(begin: (at: number) => VisitEnd | Promise<VisitEnd>, at: number): VisitEnd | Promise<VisitEnd> {
  try {
    return begin(at);
  } catch (error) {
    // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- the reason reaches the caller unchanged
    return Promise.reject(error);
  }
}
