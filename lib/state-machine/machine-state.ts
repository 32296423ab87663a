import type { PayloadPort } from '../core/serialization/index.js';
import type { StateTransitionRecord } from '../core/store/index.js';
import type { MachineLogic } from './logic/machine-logic.js';
import type { LiveSnapshot } from './logic/machine-step.js';
import type { MachinePlan } from './machine-plan.js';

/** One machine as it stands. @internal */
export interface MachineState {
  readonly id: string;
  /** Its own counter; 0 before its first transition is written. */
  readonly version: number;
  readonly plan: MachinePlan;
  readonly logic: MachineLogic;
  readonly snapshot: LiveSnapshot;
  readonly at: number;
  /** Of the transition that led here; absent before it is written. */
  readonly token?: string;
  readonly bonds: MachineBonds;
}

/** What a machine has to do with others. @internal */
export interface MachineBonds {
  /** Timers that run, by id: the version of the transition that set each. */
  readonly timers: Readonly<Record<string, number>>;
  /** Children that run, by id: the version of the transition that began each. */
  readonly children: Readonly<Record<string, number>>;
  /** Those of the children that are workflows. */
  readonly workflows: readonly string[];
  /** Whether an instance under the machine's id waits for its end. */
  readonly awaited: boolean;
  /** The version of the last transition that had something which comes in turn. */
  readonly acting?: number;
}

/** What is stored as the snapshot of a transition. @internal */
export interface StoredMachine {
  readonly snapshot: unknown;
  readonly timers?: Readonly<Record<string, number>>;
  readonly children?: Readonly<Record<string, number>>;
  readonly workflows?: readonly string[];
  readonly awaited?: true;
  readonly acting?: number;
}

/** What is stored as the metadata of a transition. @internal */
export interface StoredMetadata {
  /** The event without its type, or the input of the first transition. */
  readonly payload?: unknown;
  readonly metadata?: unknown;
}

/** @internal */
export function encodeMachine(
  payloads: PayloadPort,
  id: string,
  logic: MachineLogic,
  snapshot: LiveSnapshot,
  bonds: MachineBonds,
): Promise<string> | string {
  // Most machines have nothing but their snapshot.
  const stored: { -readonly [K in keyof StoredMachine]: StoredMachine[K] } = { snapshot: logic.persist(snapshot) };
  if (!isEmpty(bonds.timers)) stored.timers = bonds.timers;
  if (!isEmpty(bonds.children)) stored.children = bonds.children;
  if (bonds.workflows.length > 0) stored.workflows = bonds.workflows;
  if (bonds.awaited) stored.awaited = true;
  if (bonds.acting !== undefined) stored.acting = bonds.acting;
  return payloads.encode(stored, { workflowId: id, place: `snapshot of the state machine "${id}"` }) as
    Promise<string> | string;
}

/** @internal */
export async function decodeMachine(payloads: PayloadPort, record: StateTransitionRecord): Promise<StoredMachine> {
  const place = `snapshot of the state machine "${record.machineId}"`;
  return (await payloads.decode(record.snapshot, { workflowId: record.machineId, place })) as StoredMachine;
}

function isEmpty(value: object): boolean {
  for (const _ in value) return false;
  return true;
}
