import { cancels } from './cancels.js';
import { commits } from './commits.js';
import { deploy } from './deploy.js';
import { freezes } from './freezes.js';
import { kills } from './kills.js';
import { poison } from './poison.js';
import { restarts } from './restarts.js';
import type { Scenario } from './scenario.js';
import { signals } from './signals.js';
import { timers } from './timers.js';

export type { Scenario } from './scenario.js';

export const SCENARIOS: readonly Scenario[] = [
  kills,
  restarts,
  freezes,
  commits,
  signals,
  timers,
  cancels,
  deploy,
  poison,
];
