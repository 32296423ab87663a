import { family, generations, limited } from './families.js';
import type { ReferenceWorkflow } from './reference-workflow.js';
import { chain, diamond, race, tangle } from './straight.js';
import { ledgered, saga } from './undoing.js';
import { changing, deadline, once, poison, timed } from './troubled.js';
import { human, mailbox, sleeper, topics } from './waiting.js';

/** Every workflow that simulations run. */
export const REFERENCE_WORKFLOWS: readonly ReferenceWorkflow[] = [
  chain,
  diamond,
  race,
  tangle,
  human,
  mailbox,
  topics,
  sleeper,
  saga,
  ledgered,
  family,
  generations,
  limited,
  once,
  deadline,
  timed,
  changing,
  poison,
];
