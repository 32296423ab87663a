import { AbortScope } from '../core/cancellation/index.js';

/** An answer, or the reason for which the signal was aborted first: what does not heed its signal is not waited for. @internal */
export function untilStopped(answer: PromiseLike<unknown>, signal: AbortSignal): Promise<unknown> {
  const scope = new AbortScope();
  scope.follow(signal);
  return scope.until(answer).finally(() => {
    scope.dispose();
  });
}
