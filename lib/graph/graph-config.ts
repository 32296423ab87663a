import { WorkflowOptionsError } from '../core/errors/index.js';
import { flag, OptionRules, wholeNumber } from '../core/options/index.js';
import { parseSeconds } from '../core/time/index.js';

/** @publicApi */
export interface GraphConfigOptions {
  /** Whether graphs may be run at all; of the module, any graph. @default true */
  readonly enabled?: boolean;
  /** After how many visits a run that wants to go on is stopped; branches that were begun together are all made, and each counts. @default 25 */
  readonly maxIterations?: number;
  /** Limit of one attempt of a node: seconds, or a text such as `'30s'`; 0 for none. Waiting for a person does not count. @default 120 */
  readonly nodeTimeout?: number | string;
  /**
   * Limit of a whole run: seconds, or a text; 0 for none. What people take to answer does not count; `timeout` of a start limits a durable
   * run with all its waiting. @default 0
   */
  readonly totalTimeout?: number | string;
  /** Lets a `WorkflowRunner` keep what a failed run has done, and go on from there. @default false */
  readonly checkpointEnabled?: boolean;
  /** Whether the branches of a fan-out run beside each other, or one after the other. Each sees the state from before all of them. @default true */
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

const RULES = new OptionRules<GraphConfigOptions>({
  enabled: (value, option) => flag(value, true, option),
  maxIterations: (value, option) => wholeNumber(value, 25, option),
  nodeTimeout: (value = 120, option) => readLimit(value, option),
  totalTimeout: (value = 0, option) => readLimit(value, option),
  checkpointEnabled: (value, option) => flag(value, false, option),
  parallelBranches: (value, option) => flag(value, true, option),
  maxParallelBranches: (value, option) => wholeNumber(value, 0, option, 0),
});

/**
 * How graphs are run. A subclass may add settings of its own, and class-validator decorators, by which a config is checked once more
 * where the module is given it.
 *
 * @publicApi
 */
export class GraphConfig implements Required<GraphConfigOptions> {
  declare readonly enabled: boolean;
  declare readonly maxIterations: number;
  declare readonly nodeTimeout: number | string;
  declare readonly totalTimeout: number | string;
  declare readonly checkpointEnabled: boolean;
  declare readonly parallelBranches: boolean;
  declare readonly maxParallelBranches: number;

  /**
   * @param place Whose settings they are, for messages.
   * @param path The option that holds them, if there is one.
   * @throws WorkflowOptionsError naming the option that has no meaning
   */
  constructor(options: GraphConfigOptions = {}, place = 'GraphConfig', path = '') {
    Object.assign(this, RULES.read(options instanceof GraphConfig ? options.toJSON() : options, place, path));
  }

  /** @internal */
  get nodeTimeoutMs(): number {
    return parseSeconds(this.nodeTimeout, 'nodeTimeout');
  }

  /** @internal */
  get totalTimeoutMs(): number {
    return parseSeconds(this.totalTimeout, 'totalTimeout');
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
    return RULES.pick(this);
  }

  /** What there is to set. @internal */
  static get names(): ReadonlySet<string> {
    return RULES.names;
  }

  /** A config as it is, once it was checked, or one from options. @throws as the constructor does @internal */
  static of(given?: GraphConfigOptions, place = 'GraphConfig', path = ''): GraphConfig {
    if (!(given instanceof GraphConfig)) return new GraphConfig(given, place, path);
    return RULES.settle(given, place, path);
  }
}

/** Whether an object is a configuration, by what it says: an empty one says nothing. @internal */
export function isConfig(value: object | null | undefined): value is GraphConfigOptions {
  const keys = value == null ? [] : Object.keys(value);
  return !(value instanceof GraphConfig) && keys.length > 0 && keys.every((key) => RULES.names.has(key));
}

function readLimit(value: number | string, option: string): number | string {
  const milliseconds = parseSeconds(value, option);
  if (Number.isFinite(milliseconds) && milliseconds >= 0) return value;
  throw new WorkflowOptionsError({ option, value, expected: 'seconds of at least 0, or a text such as "30s"' });
}
