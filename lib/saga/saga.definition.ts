import type { StandardSchema, ValueValidator, WorkflowContext, WorkflowDefinition } from '../core/definition/index.js';
import { toDot, toMermaid, type DiagramGraph } from '../core/diagram/index.js';
import { WorkflowDefinitionError } from '../core/errors/index.js';
import { executeInMemory, standaloneServices, type MemoryServices } from '../core/execution/index.js';
import { callback, knownOptions, oneOf, refuseUnknownOptions } from '../core/options/index.js';
import { assertVersion, assertWorkflowName, type WorkflowHeaders } from '../core/records/index.js';
import { lazyInputValidator, type WorkflowInputClass } from '../discovery/index.js';
import { toSagaError } from './errors/saga.error.js';
import type { SagaPart } from './saga-part.js';
import { interpretSaga } from './saga.interpreter.js';

/** @publicApi */
export interface SagaOptions {
  /** A positive integer. @default 1 */
  readonly version?: number;
  /** Versions whose stored instances this one may go on with. @default none but its own */
  readonly isCompatibleWith?: (version: number) => boolean;
  /** What becomes of the other undos when one has failed for good. @default 'continue': all are tried */
  readonly onUndoFailure?: 'continue' | 'stop';
  /**
   * Checks every input before anything runs: a class with class-validator decorators, or any Standard Schema. What a class does not
   * declare is removed. The steps receive the checked input as plain JSON, not as an instance.
   * @default inputs are not checked
   */
  readonly input?: WorkflowInputClass | StandardSchema;
}

/** @publicApi */
export interface SagaExecuteOptions {
  /** Cancels the run: what completed is undone. */
  readonly signal?: AbortSignal;
}

const SAGA = knownOptions<SagaOptions & { target?: object }>({
  version: true,
  isCompatibleWith: true,
  onUndoFailure: true,
  input: true,
  target: true,
});

/**
 * Steps that run one after the other, each with what undoes it: when one fails, those that had completed are undone, the last first.
 * A definition: register it, start it by a client or a service, run it as a child, or execute it here.
 *
 * @publicApi
 */
export class Saga<I = unknown, R extends object = Record<string, unknown>> implements WorkflowDefinition<I, R> {
  readonly name: string;
  readonly version: number;
  readonly model = 'saga';
  /** Each step says itself how often it is tried. */
  readonly retry = false;
  readonly steps: readonly SagaPart[];
  readonly isCompatibleWith?: (version: number) => boolean;
  readonly onUndoFailure?: 'continue' | 'stop';
  readonly validateInput?: ValueValidator;
  /** @internal */
  readonly target?: object;
  /** @internal */
  readonly fingerprint: string;

  /** @throws WorkflowDefinitionError for a name given twice, and an `input` that is no class and no schema */
  constructor(
    name: string,
    steps: readonly SagaPart[],
    options: SagaOptions & { /** @internal */ target?: object } = {},
  ) {
    assertWorkflowName(name, `saga "${name}"`);
    const place = `saga "${name}"`;
    refuseUnknownOptions(options, SAGA, place);
    const { version = 1, target } = options;
    assertVersion(version, place);
    const isCompatibleWith = callback(options.isCompatibleWith, `isCompatibleWith of ${place}`, '(version) => boolean');
    const onUndoFailure = oneOf(options.onUndoFailure, ['continue', 'stop'], `onUndoFailure of ${place}`);
    refuseDuplicates(steps, place);
    this.name = name;
    this.version = version;
    this.steps = Object.freeze([...steps]);
    this.fingerprint = steps.map(({ text }) => text).join('\n');
    if (isCompatibleWith !== undefined) this.isCompatibleWith = isCompatibleWith;
    if (onUndoFailure !== undefined) this.onUndoFailure = onUndoFailure;
    if (options.input !== undefined) this.validateInput = lazyInputValidator(options.input, place);
    if (target !== undefined) this.target = target;
  }

  /** How the engine runs it. @internal */
  readonly run = async (ctx: WorkflowContext, input: I): Promise<R> =>
    (await interpretSaga(this.steps, ctx, input)) as R;

  /**
   * Runs here, in memory, and answers what the steps answered, by their names.
   *
   * @throws SagaError naming the step that failed, once everything was undone; WorkflowCancelledError; WorkflowInputError
   */
  execute(
    ...[input, options]: undefined extends I
      ? [input?: I, options?: SagaExecuteOptions]
      : [input: I, options?: SagaExecuteOptions]
  ): Promise<R> {
    return this.executeWith(standaloneServices(), input as I, options);
  }

  /** @internal */
  async executeWith(
    services: MemoryServices,
    input: I,
    options: SagaExecuteOptions & { readonly headers?: WorkflowHeaders | undefined } = {},
  ): Promise<R> {
    try {
      return await executeInMemory(this, input, services, options);
    } catch (error) {
      throw toSagaError(error);
    }
  }

  /** In Graphviz's language: the steps in their order, and below each what undoes it. */
  toDot(): string {
    return toDot(this.diagram());
  }

  toMermaid(): string {
    return toMermaid(this.diagram());
  }

  private diagram(): DiagramGraph {
    const { name, steps } = this;
    const undoable = steps.filter(({ compensation }) => compensation !== undefined);
    return {
      name,
      nodes: [
        ...steps.map((step) => ({ id: step.name })),
        ...undoable.map((step) => ({ id: undoOf(step), label: `undo ${step.name}` })),
      ],
      edges: [
        ...steps.slice(1).map((step, index) => ({ from: (steps[index] as SagaPart).name, to: step.name })),
        ...undoable.map((step) => ({ from: step.name, to: undoOf(step), label: 'undone by' })),
      ],
    };
  }
}

/** @internal */
export function refuseDuplicates(steps: readonly SagaPart[], place: string): void {
  const names = new Set<string>();
  for (const { name } of steps) {
    if (names.has(name))
      throw new WorkflowDefinitionError(
        `The name "${name}" is given to two steps of ${place}. Give one of them another name.`,
      );
    names.add(name);
  }
}

function undoOf({ name }: SagaPart): string {
  return `$compensate:${name}`;
}
