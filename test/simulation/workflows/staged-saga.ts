import type { WorkflowDefinition } from '../../../lib/core/definition/index.js';
import { Saga, SagaStep, type SagaStepOptions } from '../../../lib/saga/index.js';
import type { SimProcess } from '../engine/sim-process.js';
import { play, type Behaviour } from './stage.js';

/** A step of a saga on the stage. */
export interface StagedStep {
  readonly name: string;
  readonly action?: Behaviour;
  readonly undo?: Behaviour;
  readonly options?: SagaStepOptions;
}

/** Makes the saga that a process registers; every effect is noted, and what was known when it was asked for. */
export function stagedSaga(name: string, steps: readonly StagedStep[]): (process: SimProcess) => WorkflowDefinition {
  return (process) =>
    new Saga(
      name,
      steps.map(
        ({ name: step, action = {}, undo = {}, options = {} }) =>
          new SagaStep(
            step,
            ({ results }, context) => {
              process.world.reversible.add(`${context.workflowId} ${step}`);
              const past = new Map(Object.entries(results).map(([key, value]) => [key, JSON.stringify(value)]));
              return play(process, 1, context, 'step', action, past);
            },
            (_result, _context, context) => {
              if (options.idempotent === false) process.world.atMostOnce.add(context.idempotencyKey);
              return play(process, 1, context, 'undo', undo, new Map());
            },
            options,
          ),
      ),
    ) as WorkflowDefinition;
}
