import { WorkflowDefinitionError } from '../core/errors/index.js';
import { knownOptions, refuseUnknownOptions } from '../core/options/index.js';
import { compensateMethodsOf, type CompensateMethod, type CompensateMethodOptions } from './compensate.decorator.js';
import { stepMethodsOf } from './step.decorator.js';

const OPTIONS = knownOptions<CompensateMethodOptions>({ idempotent: true });

/**
 * The methods of a class that carry `@Compensate`, by the names of the steps that they undo.
 *
 * @throws WorkflowDefinitionError for a step that there is not, and one that is undone twice; WorkflowOptionsError
 * @internal
 */
export function undoMethodsOf(
  target: { readonly prototype: object },
  place: string,
): ReadonlyMap<string, CompensateMethod> {
  const names = new Set(stepMethodsOf(target).map(({ method, options }) => options.name ?? method));
  const undos = new Map<string, CompensateMethod>();
  for (const undo of compensateMethodsOf(target)) {
    const { method, step, options } = undo;
    refuseUnknownOptions(options, OPTIONS, `@Compensate of ${place}.${method}()`);
    const other = undos.get(step);
    if (other !== undefined)
      throw new WorkflowDefinitionError(
        `The step "${step}" of the ${place} is undone by ${other.method}() and by ${method}(). Keep one @Compensate('${step}').`,
      );
    if (!names.has(step))
      throw new WorkflowDefinitionError(
        `The method ${place}.${method}() undoes "${step}", and there is no such step. Its steps: ${[...names].join(', ') || 'none'}.`,
      );
    undos.set(step, undo);
  }
  return undos;
}
