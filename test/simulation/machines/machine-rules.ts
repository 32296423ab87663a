import type { StateTransitionRecord } from '../../../lib/core/store/index.js';
import { ROUNDS, type RoverEffect } from './rover.js';

/** A trigger, and what its sender was told. */
export interface SentTrigger {
  readonly machineId: string;
  readonly mark: string;
  readonly type: string;
  outcome: 'accepted' | 'refused' | 'unknown';
  /** The version that it was to move. */
  expected?: number;
  /** The version that it made, as its sender was told. */
  version?: number;
  /** Its transaction was rolled back. */
  isWithdrawn?: boolean;
}

/** What is wrong with a machine that has come to rest. */
export function judgeRover(
  machineId: string,
  history: readonly StateTransitionRecord[],
  sent: readonly SentTrigger[],
  effects: readonly RoverEffect[],
): string[] {
  if (history.length === 0) return [];
  const told = sent.filter((trigger) => trigger.machineId === machineId);
  return [...versions(history), ...triggers(history, told), ...rounds(history), ...keys(history, machineId, effects)];
}

/** Versions are dense, and each begins where the one before it ended. */
function versions(history: readonly StateTransitionRecord[]): string[] {
  return history.flatMap(({ version, from }, index) => {
    if (version === index + 1 && from === history[index - 1]?.to) return [];
    return [`version ${version} stands at place ${index + 1} and begins in "${from ?? ''}"`];
  });
}

/** Each accepted trigger is there once, as the version that was told; what was refused or withdrawn is not there. */
function triggers(history: readonly StateTransitionRecord[], sent: readonly SentTrigger[]): string[] {
  const wrong: string[] = [];
  const n = history.filter(({ trigger }) => trigger === 'TOUCH' || trigger === 'NOTE').length;
  const stored = context(history.at(-1)).n;
  if (stored !== n) wrong.push(`${n} triggers made ${String(stored)} of its context`);
  for (const { mark, outcome, version, expected, type, isWithdrawn } of sent) {
    const made = history.filter(({ metadata }) => metadata !== undefined && markOf(metadata) === mark);
    const most = outcome === 'refused' || isWithdrawn === true ? 0 : 1;
    const least = outcome === 'accepted' ? 1 : 0;
    if (made.length < least || made.length > most)
      wrong.push(`"${mark}" was ${outcome}, and is there ${made.length} times`);
    if (outcome === 'accepted' && made[0]?.version !== version)
      wrong.push(`"${mark}" made version ${made[0]?.version ?? 0}, told was ${version ?? 0}`);
    if (expected !== undefined && made[0] !== undefined && made[0].version !== expected + 1)
      wrong.push(`"${mark}" moved version ${made[0].version - 1}, and was to move ${expected}`);
    if (made[0] !== undefined && made[0].trigger !== type) wrong.push(`"${mark}" stands there as "${made[0].trigger}"`);
  }
  return wrong;
}

/** Each delay ends once, each promise answers once. */
function rounds(history: readonly StateTransitionRecord[]): string[] {
  const own = history.map(({ trigger }) => trigger).filter((trigger) => trigger.startsWith('xstate.'));
  const round = ['after', 'done'];
  const expected = Array.from({ length: ROUNDS }, () => round).flat();
  const kinds = own.map((trigger) => trigger.split('.')[1] ?? '');
  const { rounds: made, dug } = context(history.at(-1));
  if (kinds.join() === expected.join() && made === ROUNDS && dug === ROUNDS) return [];
  return [`it went its rounds by ${kinds.join()}: ${String(made)} of them, ${String(dug)} with an answer`];
}

/** Each effect of a transition is done, under one key, and none of a transition that there is not. */
function keys(history: readonly StateTransitionRecord[], machineId: string, effects: readonly RoverEffect[]): string[] {
  const asked = history.flatMap(({ trigger, version }) => {
    if (trigger === 'NOTE') return [`note ${version}`];
    return trigger.startsWith('xstate.after') ? [`ring ${version}`] : [];
  });
  const done = new Map<string, Set<string>>();
  for (const { what, version, key, machineId: id } of effects) {
    if (id !== machineId) continue;
    const of = `${what} ${version}`;
    done.set(of, (done.get(of) ?? new Set()).add(key));
  }
  const wrong = asked
    .filter((of) => done.get(of)?.size !== 1)
    .map((of) => `"${of}" has ${done.get(of)?.size ?? 0} keys`);
  const known = new Set(asked);
  return [
    ...wrong,
    ...[...done.keys()].filter((of) => !known.has(of)).map((of) => `"${of}" was done and not asked for`),
  ];
}

function context(record: StateTransitionRecord | undefined): { n?: unknown; rounds?: unknown; dug?: unknown } {
  const { snapshot } = JSON.parse(record?.snapshot ?? '{}') as { snapshot?: { context?: object } };
  return snapshot?.context ?? {};
}

function markOf(metadata: string): unknown {
  return (JSON.parse(metadata) as { metadata?: unknown }).metadata;
}
