import type { WorkflowDefinition } from '../../../lib/core/definition/index.js';
import { FunctionStep, Pipeline } from '../../../lib/pipeline/index.js';
import type { SimProcess } from '../engine/sim-process.js';
import { play, type Behaviour } from './stage.js';

/** A step of a pipeline on the stage. */
export interface StagedTask {
  readonly name: string;
  readonly dependencies?: readonly string[];
  readonly behaviour?: Behaviour;
  readonly undo?: Behaviour;
}

/** Makes the pipeline that a process registers; `onBegin` is told of each step that begins. */
export function stagedPipeline(
  name: string,
  tasks: readonly StagedTask[],
  parallelism = 1,
  onBegin: (task: StagedTask) => void = () => undefined,
): (process: SimProcess) => WorkflowDefinition {
  return (process) =>
    new Pipeline(
      name,
      tasks.map(
        (task) =>
          new FunctionStep(
            task.name,
            (context, own) => {
              if (process.isAlive) onBegin(task);
              if (task.undo !== undefined) process.world.reversible.add(`${own.workflowId} ${task.name}`);
              // What a step depends on is known when it begins, also after a takeover.
              for (const before of task.dependencies ?? [])
                if (typeof context.getStepResult(before) !== 'string')
                  throw new Error(`"${task.name}" has begun without the result of "${before}".`);
              return play(process, 1, own, 'step', task.behaviour ?? {}, new Map());
            },
            {
              dependencies: task.dependencies ?? [],
              ...(task.undo !== undefined && {
                compensate: (_result, _context, own) =>
                  play(process, 1, own, 'undo', task.undo as Behaviour, new Map()),
              }),
            },
          ),
      ),
      { parallelism },
    ).define();
}
