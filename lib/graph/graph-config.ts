import { WorkflowOptionsError } from '../core/errors/index.js';
import { flag, knownOptions, refuseUnknownOptions, wholeNumber } from '../core/options/index.js';
import { parseSeconds } from '../core/time/index.js';

/** @publicApi */
export interface GraphConfigOptions {
  /** Whether graphs may be run at all. @default true */
  readonly enabled?: boolean;
  /** How many visits one run may make; each branch of a fan-out is one. @default 25 */
  readonly maxIterations?: number;
  /** Limit of one attempt of a node: seconds, or a text such as `'30s'`; 0 for none. Waiting for a person does not count. @default 120 */
  readonly nodeTimeout?: number | string;
  /** Limit of a whole run: seconds, or a text; 0 for none. Of a durable run from its creation, waiting included. @default 0 */
  readonly totalTimeout?: number | string;
  /** Lets a `WorkflowRunner` keep what a failed run has done, and go on from there. @default false */
  readonly checkpointEnabled?: boolean;
  /** Whether the branches of a fan-out run beside each other. @default true */
  readonly parallelBranches?: boolean;
  /** How many branches run at one time, the others wait; 0 for all. @default 0 */
  readonly maxParallelBranches?: number;
}

/** Something about a configuration that is unwise. @publicApi */
export interface ConfigIssue {
  readonly field: string;
  readonly severity: 'warning' | 'error';
  readonly message: string;
}

const GRAPH = knownOptions<GraphConfigOptions>({
  enabled: true,
  maxIterations: true,
  nodeTimeout: true,
  totalTimeout: true,
  checkpointEnabled: true,
  parallelBranches: true,
  maxParallelBranches: true,
});

/** How graphs are run. Immutable. @publicApi */
export class GraphConfig {
  readonly enabled: boolean;
  readonly maxIterations: number;
  readonly nodeTimeout: number | string;
  readonly totalTimeout: number | string;
  readonly checkpointEnabled: boolean;
  readonly parallelBranches: boolean;
  readonly maxParallelBranches: number;
  /** @internal */
  readonly nodeTimeoutMs: number;
  /** @internal */
  readonly totalTimeoutMs: number;

  /** @throws WorkflowOptionsError naming the option that has no meaning */
  constructor(options: GraphConfigOptions = {}) {
    const given = options instanceof GraphConfig ? options.toJSON() : options;
    refuseUnknownOptions(given, GRAPH, 'GraphConfig');
    this.enabled = flag(given.enabled, true, 'enabled of GraphConfig');
    this.maxIterations = wholeNumber(given.maxIterations, 25, 'maxIterations of GraphConfig');
    this.nodeTimeout = given.nodeTimeout ?? 120;
    this.totalTimeout = given.totalTimeout ?? 0;
    this.checkpointEnabled = flag(given.checkpointEnabled, false, 'checkpointEnabled of GraphConfig');
    this.parallelBranches = flag(given.parallelBranches, true, 'parallelBranches of GraphConfig');
    this.maxParallelBranches = wholeNumber(given.maxParallelBranches, 0, 'maxParallelBranches of GraphConfig', 0);
    this.nodeTimeoutMs = limitMs(this.nodeTimeout, 'nodeTimeout of GraphConfig');
    this.totalTimeoutMs = limitMs(this.totalTimeout, 'totalTimeout of GraphConfig');
    Object.freeze(this);
  }

  /** What to think about before running with it. @param environment @default NODE_ENV */
  validateForEnvironment(environment: string | null = process.env['NODE_ENV'] ?? null): ConfigIssue[] {
    if (environment !== 'production') return [];
    const issues: ConfigIssue[] = [];
    if (this.nodeTimeoutMs === 0 && this.totalTimeoutMs === 0) {
      const message = 'Neither nodeTimeout nor totalTimeout is set: a node that never answers holds its run for ever.';
      issues.push({ field: 'nodeTimeout', severity: 'warning', message });
    }
    if (this.maxIterations > 10_000) {
      const message = `maxIterations is ${this.maxIterations}: a graph that goes round in a circle is noticed late.`;
      issues.push({ field: 'maxIterations', severity: 'warning', message });
    }
    return issues;
  }

  /** As it is given to the constructor, stored with a durable run. @internal */
  toJSON(): Required<GraphConfigOptions> {
    const { enabled, maxIterations, nodeTimeout, totalTimeout } = this;
    const { checkpointEnabled, parallelBranches, maxParallelBranches } = this;
    return {
      ...{ enabled, maxIterations, nodeTimeout, totalTimeout },
      ...{ checkpointEnabled, parallelBranches, maxParallelBranches },
    };
  }

  /** @internal */
  static of(config: GraphConfig | GraphConfigOptions | null | undefined): GraphConfig {
    return config instanceof GraphConfig ? config : new GraphConfig(config ?? {});
  }
}

/** Whether an object is a configuration, by what it says: an empty one says nothing. @internal */
export function isConfig(value: object | null | undefined): value is GraphConfigOptions {
  const keys = value == null ? [] : Object.keys(value);
  return !(value instanceof GraphConfig) && keys.length > 0 && keys.every((key) => GRAPH.has(key));
}

function limitMs(value: number | string, option: string): number {
  const milliseconds = parseSeconds(value, option);
  if (Number.isFinite(milliseconds) && milliseconds >= 0) return milliseconds;
  throw new WorkflowOptionsError({ option, value, expected: 'seconds of at least 0, or a text such as "30s"' });
}
