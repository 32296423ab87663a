import { decodeName, encodeName } from '../core/records/index.js';
import type { MachineEvent, StoredEffect } from './logic/machine-step.js';

/** What one transition left to be done after its commit: the input of an instance of its own. @internal */
export interface EffectsJob {
  readonly $effects: readonly StoredEffect[];
  readonly machineId: string;
  readonly version: number;
  readonly event: MachineEvent;
  readonly context: unknown;
  /** From when delays count, epoch milliseconds. */
  readonly at: number;
  /** The transition before it that had something which comes in turn. */
  readonly after?: number;
}

/** Tells a machine's instance that a timer or child of it is over. @internal */
export const STOP_SIGNAL = 'state-machine.stop';
/** Brings an event to a child that begins behind the transition that invoked it; its key is the child's name. @internal */
export const MESSAGE_SIGNAL = 'state-machine.message';
/** Tells the instance of a transition that what came in turn before it is over; its key is the instance of that. @internal */
export const ACTED_SIGNAL = 'state-machine.acted';
/** Tells the instance that waits for a machine how it ended. @internal */
export const DONE_SIGNAL = 'state-machine.done';

/** @internal */
export function isEffectsJob(input: unknown): input is EffectsJob {
  return Array.isArray((input as EffectsJob | undefined)?.$effects);
}

/** The instance that does what a transition left to be done. @internal */
export function jobId(machineId: string, version: number): string {
  return `${machineId}/transition#${version}`;
}

/** @internal */
export interface TransitionReference {
  readonly machineId: string;
  readonly version: number;
}

/** The transition whose instance has an id. @internal */
export function transitionOf(id: string): TransitionReference | undefined {
  const [, machineId, version] = /^(.+)\/transition#(\d+)$/.exec(id) ?? [];
  return machineId === undefined ? undefined : { machineId, version: Number(version) };
}

/** The machine or workflow that a transition began as a child. @internal */
export function childMachineId(machineId: string, version: number, child: string): string {
  return `${jobId(machineId, version)}/${encodeName(child)}`;
}

/** The machine that invoked another one, by the id of that; and as what, and in which transition. @internal */
export function parentOf(machineId: string): (TransitionReference & { readonly child: string }) | undefined {
  const [, parent, version, child] = /^(.+)\/transition#(\d+)\/([^/]+)$/.exec(machineId) ?? [];
  if (parent === undefined || child === undefined) return undefined;
  return { machineId: parent, version: Number(version), child: decodeName(child) };
}

/** @internal */
export function stopKey(kind: 'timer' | 'child', id: string): string {
  return `${kind}:${id}`;
}
