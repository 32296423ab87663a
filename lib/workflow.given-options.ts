import { WorkflowOptionsError } from './core/errors/index.js';
import { callback, knownOptions, refuseUnknownOptions } from './core/options/index.js';
import type { ASYNC_OPTIONS_TYPE } from './workflow.module-definition.js';

const ASYNC = knownOptions<typeof ASYNC_OPTIONS_TYPE>({
  imports: true,
  useFactory: true,
  useClass: true,
  useExisting: true,
  inject: true,
  provideInjectionTokensFrom: true,
  isGlobal: true,
});

/** Refuses what is no options at all: a factory that forgot its `return` would otherwise mean the defaults. @throws WorkflowOptionsError @internal */
export function requireOptions<T>(given: T, place: string): T {
  if (typeof given === 'object' && given !== null) return given;
  throw new WorkflowOptionsError({
    option: `options of ${place}`,
    value: given,
    expected: 'an object; {} for the defaults',
  });
}

/** Refuses what `forRootAsync` could make no options of. @throws WorkflowOptionsError @internal */
export function checkAsyncOptions(given: typeof ASYNC_OPTIONS_TYPE): void {
  const place = 'WorkflowModule.forRootAsync';
  refuseUnknownOptions(requireOptions(given, place), ASYNC, place);
  const { useFactory, useClass, useExisting } = given;
  callback(useFactory, `useFactory of ${place}`, '(...injected) => options');
  if (useFactory !== undefined || useClass !== undefined || useExisting !== undefined) return;
  throw new WorkflowOptionsError({
    option: `useFactory of ${place}`,
    value: useFactory,
    expected: 'a function that answers the options, where neither useClass nor useExisting is given',
  });
}
