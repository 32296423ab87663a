import { AbstractSaga, SagaStep, type SagaError, type SagaStepOptions } from '../../lib/saga/index.js';
import { failure, rejection } from './failures.js';

export { fail, failure } from './failures.js';

export const AT_ONCE: SagaStepOptions = { retryDelay: 0 };

/** The error that a saga rejects with. */
export const rejected = rejection<SagaError>;

/** A saga that gathers what its store fails with. */
export class OrderSaga extends AbstractSaga<string> {
  readonly warnings: unknown[] = [];

  override getId(): string {
    return 'order-1';
  }

  protected override onStoreFailure(error: unknown): void {
    this.warnings.push(error);
  }
}

export class OrderSaga2 extends OrderSaga {
  static override readonly VERSION = 2;
}

/** What happened, and what is to go wrong. */
export class Story {
  readonly seen: string[] = [];
  failing = new Set<string>();
  idempotent = true;

  tell<S extends OrderSaga>(sagaToTell: S, names = ['a', 'b', 'c']): S {
    for (const name of names) sagaToTell.addStep(this.step(name));
    return sagaToTell;
  }

  step(name: string): SagaStep {
    const act = (what: string) => {
      this.seen.push(what);
      if (this.failing.has(what)) throw failure;
      return `${name}!`;
    };
    const options = { ...AT_ONCE, maxRetries: 0, idempotent: this.idempotent };
    return new SagaStep(
      name,
      () => act(name),
      () => act(`undo ${name}`),
      options,
    );
  }
}
