import type { StepContext } from '../core/definition/index.js';
import type { RetryOptions } from '../core/policies/index.js';
import type { Duration } from '../core/time/index.js';

/** What an invoked step method is called with. @publicApi */
export interface InvokedArguments {
  readonly input: unknown;
  readonly machineId: string;
}

/** A method of a machine's class that the machine invokes by its name. @internal */
export interface InvokedStep {
  readonly call: (args: InvokedArguments, step: StepContext) => unknown;
  readonly retry?: RetryOptions;
  readonly timeout?: Duration;
}
