import { DefinitionRegistry } from '../definition/index.js';
import { WorkflowOptionsError } from '../errors/index.js';
import { LifecycleBus, processLogger, type LifecycleEvent, type StreamItem } from '../lifecycle/index.js';
import { DEFAULT_RETRY_POLICY } from '../policies/index.js';
import { newWorkflowId, RandomSource } from '../records/index.js';
import { systemClock } from '../time/index.js';
import type { EngineOptions, EngineServices } from './engine-services.js';

/** What a run without a journal needs of an engine. @internal */
export type MemoryServices = Pick<
  EngineServices,
  'clock' | 'registry' | 'logger' | 'bus' | 'stream' | 'nextCron' | 'random'
> & { readonly options: Pick<EngineOptions, 'retry' | 'settleTimeoutMs' | 'stepEvents'> };

let standalone: MemoryServices | undefined;

/** An engine's worth of services for what runs without a module: the real clock, warnings of the process for a log, no other workflows. @internal */
export function standaloneServices(): MemoryServices {
  return (standalone ??= createServices());
}

function createServices(): MemoryServices {
  const chance = new RandomSource(newWorkflowId(), 1);
  return {
    clock: systemClock,
    registry: new DefinitionRegistry(),
    logger: processLogger,
    bus: new LifecycleBus<LifecycleEvent>(processLogger),
    stream: new LifecycleBus<StreamItem>(processLogger),
    options: { retry: DEFAULT_RETRY_POLICY, settleTimeoutMs: 5_000, stepEvents: false },
    nextCron: (expression) => {
      throw new WorkflowOptionsError({
        option: 'sleep',
        value: { cron: expression },
        expected:
          'a duration or an instant, because cron expressions are read by the module: run it through its service',
      });
    },
    random: () => chance.random(),
  };
}
