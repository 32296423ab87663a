import { AbortScope } from '../core/cancellation/index.js';
import { isThenable } from '../core/options/index.js';
import { ConcurrencyLimiter } from '../core/policies/index.js';
import { Failed, Unrecorded, type VisitEnd } from './visit-end.js';

/** Visits beside each other, of which no more than so many are under way at one time. @internal */
export class Branches {
  /** Whether one of those that were begun last has failed. */
  hasFailed = false;
  private readonly limiter: ConcurrencyLimiter | undefined;
  /** What those that are under way wait by for people; absent while there are none. */
  private waits: AbortScope | undefined;

  /**
   * @param most 0 for all.
   * @param isHalted Whether no more is to be begun.
   * @param around Those that the graph itself is one of.
   */
  constructor(
    most: number,
    private readonly isHalted: () => boolean,
    private readonly around?: Branches,
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
    const waits = (this.waits = this.around?.openWaits?.child() ?? new AbortScope());
    const close = (): void => {
      waits.dispose();
      if (this.waits === waits) this.waits = undefined;
    };
    const open: Promise<unknown>[] = [];
    for (let at = 0; at < count; at++) {
      const note = (ended: VisitEnd): void => {
        end(at, ended);
        if (!(ended instanceof Failed)) return;
        this.hasFailed = true;
        waits.abort(new Unrecorded());
      };
      if (this.limiter !== undefined) {
        // How it ended is known before its place is given on.
        open.push(this.limiter.run(() => (this.hasFailed || this.isHalted() ? undefined : noted(begin(at), note))));
        continue;
      }
      const ended = noted(tried(begin, at), note);
      if (ended !== undefined) open.push(ended);
    }
    if (open.length > 0) return Promise.all(open).finally(close);
    close();
    return undefined;
  }

  /**
   * An answer of a person, for whom a branch waits: meanwhile its place is another's, and it waits no longer than until a branch beside it
   * has failed.
   */
  away<T>(answer: PromiseLike<T>): PromiseLike<T> {
    const { waits, limiter, around } = this;
    if (waits === undefined) return around?.away(answer) ?? answer;
    const waiting = waits.until(answer);
    return limiter === undefined ? waiting : limiter.away(waiting);
  }

  private get openWaits(): AbortScope | undefined {
    return this.waits ?? this.around?.openWaits;
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
