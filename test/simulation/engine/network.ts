import { WorkflowStoreError } from '../../../lib/core/errors/index.js';
import type { SeededRandom } from './seeded-random.js';

/** How likely each fault of one call is; all zero: a network that never fails. */
export interface FaultRates {
  /** Neither carried out nor answered: the caller is told of a broken connection. */
  readonly lostRequest: number;
  /** Carried out, but the caller is told of a broken connection. */
  readonly lostAnswer: number;
  /** The caller is told at once, and the request arrives later all the same. */
  readonly stale: number;
  /** Takes long, one way or the other. */
  readonly slow: number;
  readonly lostHint: number;
  readonly doubledHint: number;
}

export const NO_FAULTS: FaultRates = {
  lostRequest: 0,
  lostAnswer: 0,
  stale: 0,
  slow: 0,
  lostHint: 0,
  doubledHint: 0,
};

/** What happens to one call on its way. */
export interface CallFate {
  readonly kind: 'answered' | 'lostRequest' | 'lostAnswer' | 'stale';
  readonly requestMs: number;
  readonly answerMs: number;
}

/** Decides, by seed, how calls and hints travel. */
export class Network {
  /** Decides before chance does; for faults at named places. */
  script: ((operation: string) => Partial<CallFate> | undefined) | undefined;

  constructor(
    private readonly random: SeededRandom,
    public rates: FaultRates,
  ) {}

  fateOf(operation: string): CallFate {
    const scripted = this.script?.(operation);
    if (scripted !== undefined) return { kind: 'answered', requestMs: 0, answerMs: 0, ...scripted };
    const { lostRequest, lostAnswer, stale, slow } = this.rates;
    const drawn = this.random.next();
    const kind =
      drawn < lostRequest
        ? 'lostRequest'
        : drawn < lostRequest + lostAnswer
          ? 'lostAnswer'
          : drawn < lostRequest + lostAnswer + stale
            ? 'stale'
            : 'answered';
    return {
      kind,
      requestMs: kind === 'stale' ? this.random.int(1, 15_000) : this.delay(slow),
      answerMs: this.delay(slow),
    };
  }

  /** How often a hint arrives, and after what time each. */
  hintDelays(): number[] {
    if (this.random.chance(this.rates.lostHint)) return [];
    const delays = [this.delay(this.rates.slow)];
    if (this.random.chance(this.rates.doubledHint)) delays.push(this.delay(this.rates.slow));
    return delays;
  }

  chance(probability: number): boolean {
    return this.random.chance(probability);
  }

  delay(slow: number): number {
    if (this.random.chance(slow)) return this.random.int(20, 4_000);
    return this.random.chance(0.6) ? 0 : this.random.int(1, 6);
  }
}

/** What a driver says of a connection that broke. */
export function cut(operation: string): WorkflowStoreError {
  return new WorkflowStoreError(`The connection broke during "${operation}".`);
}
