import type { EngineServices } from '../core/execution/index.js';
import { decodeName, type InstanceRecord, type JournalEntry, type SignalRecord } from '../core/records/index.js';
import type { JournalEntryView, OpenStepView, UnconsumedSignalView, WaitView } from './instance-view.js';
import { calledName } from './journal-truncation.js';
import { givenSignalId } from './signal-id.js';

/** What the engine puts before the name of a child whose end is waited for. */
const CHILD_WAIT = /^\$(result|closed):/;

/** One entry with its payloads decoded. @internal */
export async function viewEntry(
  { payloads }: Pick<EngineServices, 'payloads'>,
  workflowId: string,
  entry: JournalEntry,
): Promise<JournalEntryView> {
  const context = { workflowId, place: entry.name };
  const { data } = entry;
  return {
    position: entry.position,
    name: decodeName(entry.name),
    kind: entry.kind,
    status: entry.status,
    attempts: entry.attempts,
    calledAt: entry.calledAt,
    recordedAt: new Date(entry.recordedAt),
    ...(entry.value === undefined ? {} : { value: await payloads.decode(entry.value, context) }),
    ...(entry.error === undefined ? {} : { error: await payloads.decodeError(entry.error, context) }),
    ...(entry.signalId === undefined ? {} : { signalId: givenSignalId(entry.signalId) }),
    ...(data?.dueAt === undefined ? {} : { dueAt: toDates(data.dueAt) }),
    ...(data?.winner === undefined ? {} : { winner: shownCondition(data.winner) }),
    ...(data?.childId === undefined
      ? {}
      : {
          child: {
            id: data.childId,
            ...(data.childName === undefined ? {} : { workflow: data.childName }),
            ...(data.childVersion === undefined ? {} : { version: data.childVersion }),
            ...(data.parentClose === undefined ? {} : { parentClose: data.parentClose }),
          },
        }),
  };
}

/** Waits that were registered and have not ended. @internal */
export function viewWaits(entries: readonly JournalEntry[]): WaitView[] {
  return open(entries, 'wait').map((entry) => ({
    name: decodeName(calledName(entry).replace(CHILD_WAIT, '')),
    since: new Date(entry.recordedAt),
    dueAt: toDates(entry.data?.dueAt ?? {}),
  }));
}

/** Steps whose start is recorded and whose result is not. @internal */
export async function viewOpenSteps(
  { payloads, store }: Pick<EngineServices, 'payloads' | 'store'>,
  record: InstanceRecord,
  entries: readonly JournalEntry[],
): Promise<OpenStepView[]> {
  return Promise.all(
    open(entries, 'start').map(async (entry) => {
      const name = decodeName(calledName(entry));
      const progress = await store.readProgress(record.id, record.generation, name);
      return {
        name,
        since: new Date(entry.recordedAt),
        ...(progress === undefined
          ? {}
          : { progress: await payloads.decode(progress, { workflowId: record.id, place: 'stream' }) }),
      };
    }),
  );
}

/** @internal */
export async function viewSignal(
  { payloads }: Pick<EngineServices, 'payloads'>,
  signal: SignalRecord,
): Promise<UnconsumedSignalView> {
  const place = `signal "${signal.name}"`;
  return {
    signalId: givenSignalId(signal.id),
    name: signal.name,
    ...(signal.key === undefined ? {} : { key: signal.key }),
    payload: await payloads.decode(signal.payload, { workflowId: signal.workflowId ?? '', place }),
    receivedAt: new Date(signal.receivedAt),
  };
}

function open(entries: readonly JournalEntry[], kind: 'wait' | 'start'): JournalEntry[] {
  const ended = new Set(entries.map((entry) => entry.name));
  return entries.filter((entry) => entry.kind === kind && !ended.has(calledName(entry)));
}

function toDates(instants: Readonly<Record<string, number>>): Record<string, Date> {
  return Object.fromEntries(Object.entries(instants).map(([key, instant]) => [shownCondition(key), new Date(instant)]));
}

/** Conditions that the engine makes begin with "$", so that they are none of a user's; there is nothing to tell apart in one wait. */
function shownCondition(key: string): string {
  return key.startsWith('$') ? key.slice(1) : key;
}
