import { WorkflowNonDeterminismError } from '../core/errors/index.js';
import { Execution, Lease, type Verdict } from '../core/execution/index.js';
import { silentLogger } from '../core/lifecycle/index.js';
import { knownOptions, refuseUnknownOptions } from '../core/options/index.js';
import type { EntryKind, JournalEntry } from '../core/records/index.js';
import { VirtualClock, systemClock } from '../core/time/index.js';
import type { WorkflowModuleOptions } from '../workflow-module-options.interface.js';
import { createEngine } from '../workflow.engine.js';
import { resolveWorkflowOptions } from '../workflow.options.js';
import { assertRecordedJournal, type RecordedJournal } from './recorded-journal.js';
import { ReplayStore } from './replay-store.js';
import { definitionOf, type Replayable } from './replayable.js';

/** @publicApi */
export interface ReplayOptions extends Pick<WorkflowModuleOptions, 'codec' | 'serializer'> {
  /** Workflows that the replayed one starts as children. */
  readonly children?: readonly Replayable[];
}

const REPLAY = knownOptions<ReplayOptions>({ codec: true, serializer: true, children: true });

/** Code that waits for something that no record answers would be waited for for ever. */
const PATIENCE_MS = 5_000;

/** Kinds that end the part of a journal that was handed to the workflow's code. */
const STOPS: ReadonlySet<EntryKind> = new Set<EntryKind>(['cancel', 'deadline', 'failure']);

/**
 * Replays a recorded journal against today's code: the test that tells whether instances under way survive a change of it. No step
 * runs and nothing is undone; from a class an instance is made without its dependencies, so give an instance where the code
 * outside of steps uses them.
 *
 * @param journal Made by {@link recordedJournal}, now or by an earlier release.
 * @throws WorkflowNonDeterminismError naming what was recorded and what the code asked for
 * @throws WorkflowInputError for what is no recorded journal
 *
 * @example
 * await assertReplayable(JSON.parse(await readFile('order.journal.json', 'utf8')), OrderWorkflow);
 *
 * @publicApi
 */
export async function assertReplayable(
  journal: RecordedJournal,
  workflow: Replayable,
  options: ReplayOptions = {},
): Promise<void> {
  assertRecordedJournal(journal);
  refuseUnknownOptions(options, REPLAY, 'assertReplayable');
  const { record, entries } = journal;
  const { children = [], codec, serializer } = options;
  const clock = new VirtualClock({ start: record.createdAt });
  const resolved = resolveWorkflowOptions(
    { clock, worker: false, ...(codec && { codec }), ...(serializer && { serializer }) },
    'test',
  );
  const { services } = createEngine(resolved, new ReplayStore({ clock }), silentLogger);
  const definition = await definitionOf(workflow);
  for (const child of children) services.registry.register(await definitionOf(child));
  services.registry.register(definition);

  const handed = beforeStop(entries);
  // A lease that has run out, and a shutdown under way: two reasons for which nothing begins that is not recorded.
  const lease = new Lease(clock, record.fence, 0, 0);
  const replayed = { ...record, head: handed.at(-1)?.position ?? 0 };
  const execution = new Execution(services, definition, replayed, handed, lease, { promptAt: () => undefined });
  execution.release();
  const replay = new Promise<Verdict>((onVerdict, onFailure) => {
    execution.run({ onVerdict, onFailure });
  });
  const verdict = await withinPatience(replay, record.id);
  if (verdict.kind === 'mismatch') throw verdict.error;
  assertEnd(execution, record.id, entries);
}

/** What was recorded after a failure or a cancel belongs to the undoing, which the workflow's code has no part in. */
function beforeStop(entries: readonly JournalEntry[]): readonly JournalEntry[] {
  const stop = entries.findIndex(({ kind }) => STOPS.has(kind));
  return stop === -1 ? entries : entries.slice(0, stop);
}

/** A run that failed must fail again. */
function assertEnd({ codeEnd }: Execution, workflowId: string, entries: readonly JournalEntry[]): void {
  const failed = entries.find(({ kind }) => kind === 'failure');
  if (failed === undefined || codeEnd?.kind === 'threw') return;
  const asked = codeEnd === undefined ? 'something more' : 'the end of the run';
  throw new WorkflowNonDeterminismError({ workflowId, recorded: 'a failure of the run', asked });
}

function withinPatience<T>(replay: Promise<T>, workflowId: string): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = systemClock.schedule(PATIENCE_MS, () => {
      const recorded = 'a result of something that the context gave';
      reject(
        new WorkflowNonDeterminismError({ workflowId, recorded, asked: 'something else, and waits for it for ever' }),
      );
    });
    replay.then(resolve, reject).finally(() => {
      timer.cancel();
    });
  });
}
