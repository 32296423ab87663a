import type { WorkflowReference } from '../core/definition/index.js';
import {
  HOOK,
  runTask,
  type CheckedAnswer,
  type EngineServices,
  type TaskPort,
  type TaskTurn,
} from '../core/execution/index.js';
import { encodeName, type InstanceRecord, type JournalEntry } from '../core/records/index.js';
import { formatTaskId, taskPlace, type TaskEvent, type TaskRecord } from '../core/waits/index.js';
import { answerInTime, type Asker, type VisitHost } from './graph.host.js';
import type { PlannedNode } from './graph.plan.js';
import { HumanNode } from './nodes/human-node.js';
import { Unrecorded } from './visit-end.js';

/** An entry with its payload decoded. */
interface Recorded {
  readonly entry: JournalEntry;
  readonly value: unknown;
  readonly error: Error | undefined;
}

/** What a run has recorded, read from its journal. @internal */
export class RecordedRun {
  private constructor(
    readonly record: InstanceRecord,
    private readonly entries: ReadonlyMap<string, Recorded>,
  ) {}

  /** @param entries Where they were read already. */
  static async read(
    { store, payloads }: Pick<EngineServices, 'store' | 'payloads'>,
    record: InstanceRecord,
    entries?: readonly JournalEntry[],
  ): Promise<RecordedRun> {
    const { id: workflowId } = record;
    const journal = entries ?? (await store.readJournal(workflowId, record.generation));
    const decoded = journal.map(async (entry): Promise<readonly [string, Recorded]> => {
      const context = { workflowId, place: entry.name };
      const value: unknown = entry.value === undefined ? undefined : await payloads.decode(entry.value, context);
      const error = entry.error === undefined ? undefined : await payloads.decodeError(entry.error, context);
      return [entry.name, { entry, value, error }];
    });
    return new RecordedRun(record, new Map(await Promise.all(decoded)));
  }

  /** @throws Unrecorded; what was recorded as thrown */
  take(name: string): Recorded {
    const recorded = this.entries.get(name);
    const status = recorded?.entry.status;
    if (recorded === undefined || status === 'running' || status === 'cancelled') throw unrecorded();
    if (recorded.error !== undefined) throw recorded.error;
    return recorded;
  }

  has(name: string): boolean {
    return this.entries.has(name);
  }
}

/** A host that makes nothing happen: it answers from the journal, as far as that goes. @internal */
export class RecordedHost implements VisitHost {
  readonly pauses = false;
  readonly isRecorded = true;
  readonly isStopped = false;
  /** Whether the run came to the visit to stop at. */
  hasStopped = false;
  private at: number;

  /** @param before The visit to stop at, as if it had not been made. */
  constructor(
    private readonly run: RecordedRun,
    private readonly before?: string,
  ) {
    this.at = run.record.createdAt;
  }

  now(): number {
    return this.at;
  }

  stopsAt(path: string): boolean {
    if (path !== this.before) return false;
    this.hasStopped = true;
    return true;
  }

  call(_planned: PlannedNode, path: string): unknown {
    return this.take(encodeName(path));
  }

  ask({ name, node }: PlannedNode, path: string): unknown {
    return this.asked(node instanceof HumanNode ? node : {}, name, path);
  }

  check(path: string): unknown {
    return this.take(HOOK + encodeName(path));
  }

  child(path: string, _workflow: WorkflowReference): Promise<unknown> {
    try {
      return Promise.resolve(this.take(`$result:${encodeName(path)}`));
    } catch (error) {
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- as it was recorded
      return Promise.reject(error);
    }
  }

  private take(name: string): unknown {
    const { entry, value } = this.run.take(name);
    this.at = Math.max(this.at, entry.recordedAt);
    return value;
  }

  private async asked(human: Asker, node: string, path: string): Promise<unknown> {
    const { id, generation } = this.run.record;
    const place = taskPlace(id, generation, path);
    const { prompt } = this.take(place.key) as TaskRecord;
    const wait = { node, prompt, checkpointId: formatTaskId(place) };
    const take = (name: string): unknown => {
      if (!this.run.has(name)) throw unrecorded(wait);
      return this.take(name);
    };
    const port: TaskPort = {
      open: () => Promise.resolve(this.take(place.key) as TaskRecord),
      wait: async (turn) => {
        const value = take(`${place.key}/${turn}`);
        const winner = this.run.take(`${place.key}/${turn}`).entry.data?.winner;
        return (winner === 'event' ? { winner, event: value as TaskEvent } : { winner }) as TaskTurn;
      },
      check: async (turn) => take(`${place.key}/${turn}/check`) as CheckedAnswer,
    };
    return answerInTime(node, human, await runTask(port, path, { ...human.task, prompt }));
  }
}

/** Carried by throw, and seen by the traversal alone. */
function unrecorded(wait?: Unrecorded['wait']): Error {
  return new Unrecorded(wait) as unknown as Error;
}
