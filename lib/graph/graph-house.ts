import { HouseSettings } from '../core/execution/index.js';
import type { GraphConfig } from './graph-config.js';

/** How graphs of an application run that have no configuration of their own. @internal */
export const GRAPH_HOUSE = new HouseSettings<GraphConfig>();
