import type { WorkflowDefinition } from '../../../lib/core/definition/index.js';
import type { InstanceRecord, JournalEntry } from '../../../lib/core/records/index.js';
import type { Driver } from '../engine/driver.js';
import type { SeededRandom } from '../engine/seeded-random.js';
import type { SimProcess } from '../engine/sim-process.js';
import type { World } from '../engine/world.js';

/** What is known of an instance when a simulation is over. */
export interface Finished {
  readonly world: World;
  readonly record: InstanceRecord;
  /** The journal of its last generation. */
  readonly journal: readonly JournalEntry[];
  readonly input: unknown;
}

/** A workflow that simulations run, with what is done to it and what must hold of it. */
export interface ReferenceWorkflow {
  readonly name: string;
  readonly definitions: (process: SimProcess) => readonly WorkflowDefinition[];
  readonly input: (random: SeededRandom) => unknown;
  /** What the outside does to an instance that was asked for. */
  readonly drive?: (driver: Driver, workflowId: string, input: never, random: SeededRandom) => void;
  /** What is wrong with an ended instance; nothing when all is well. */
  readonly verify?: (finished: Finished) => readonly string[];
  /** It may be retried and restarted: it waits for nothing that has been taken. */
  readonly isRepeatable?: boolean;
  /** Ends as `failed` are among what may come. @default only 'completed' */
  readonly statuses?: readonly string[];
}
