import type { Duration } from '../core/time/index.js';

/** From which figures on the engine counts as unhealthy. @publicApi */
export interface WorkflowHealthThresholds {
  /** Age of the oldest instance that is due and that nobody has taken. @default '5m' */
  readonly maxDueAge?: Duration;
  /** Quarantined instances. They wait for a person and harm nobody, so by default any number is only reported. @default Infinity */
  readonly maxQuarantined?: number;
  /** Due instances that no living worker can run, for either reason. Usual during a deployment, so by default only reported. @default Infinity */
  readonly maxUnclaimable?: number;
  /** How long the store may take to answer. @default '3s' */
  readonly timeout?: Duration;
}

/** How things stand. @publicApi */
export interface WorkflowHealthReport {
  readonly healthy: boolean;
  /** What is wrong, in full sentences; empty when healthy. */
  readonly problems: readonly string[];
  readonly store: {
    /** `memory`, `postgres` … */
    readonly kind: string;
    readonly reachable: boolean;
    readonly schemaCurrent?: boolean;
    readonly schemaVersion?: number;
  };
  /** Absent when nothing is due. */
  readonly oldestDueAgeMs?: number;
  readonly quarantined?: number;
  /** Due instances whose name and version no living worker has, by `name@version`. */
  readonly unclaimable?: Readonly<Record<string, number>>;
  /** Due instances whose journal fits the code of no living worker, by `name@version`: they wait for a build that fits. */
  readonly mismatched?: Readonly<Record<string, number>>;
  readonly worker: WorkflowWorkerHealth;
}

/** The worker of this process. @publicApi */
export interface WorkflowWorkerHealth {
  /** False with the option `worker: false`. */
  readonly enabled: boolean;
  readonly running: boolean;
  /** Instances that are executed now. */
  readonly executing: number;
  /** Waiting instances kept in memory. */
  readonly warm: number;
}

/** What `isHealthy` answers: the form that Terminus expects. @publicApi */
export type WorkflowHealthResult<Key extends string = string> = Record<
  Key,
  { readonly status: 'up' | 'down' } & Readonly<Record<string, unknown>>
>;
