import { StateError, WorkflowInputError, WorkflowNotFoundError } from '../core/errors/index.js';
import { assertPossibleId } from '../core/records/index.js';
import { canonicalJson, fingerprint } from '../core/serialization/index.js';
import type { StateTransitionRecord } from '../core/store/index.js';
import { onRow } from './attached-row.js';
import type { LiveSnapshot, MachineEvent, StateValue } from './logic/machine-step.js';
import { stateOfText, stateText } from './logic/state-text.js';
import type { MachineState, StoredMetadata } from './machine-state.js';
import type { StateHistoryPage, StateTransition } from './machine-view.js';
import type { MachinePlan } from './machine-plan.js';
import { ATTACHED } from './first-trigger.js';
import type { StateMachineEngine } from './state-machine.engine.js';

const PAGE = 500;

/** What has become of a machine over time. @internal */
export class MachineHistory {
  constructor(private readonly engine: StateMachineEngine) {}

  async page(id: string, limit: number, cursor: string | undefined, transaction?: unknown): Promise<StateHistoryPage> {
    assertPossibleId(id, 'state machine');
    const after = cursor === undefined ? 0 : readCursor(cursor, id);
    const records = await this.engine.reader.states.history(id, { after, limit: limit + 1 }, transaction);
    if (records.length === 0 && !(await this.isKnown(id, after, transaction)))
      throw new WorkflowNotFoundError({ workflowId: id, what: 'state machine' });
    const items = await Promise.all(records.slice(0, limit).map((record) => this.view(record)));
    const last = items.at(-1);
    return {
      items,
      ...(records.length > limit && last !== undefined && { nextCursor: writeCursor(last.version, id) }),
    };
  }

  private async isKnown(id: string, after: number, transaction: unknown): Promise<boolean> {
    return after > 0 && (await this.engine.reader.states.load(id, transaction)) !== undefined;
  }

  /** Goes through every stored trigger again. */
  async replay(id: string): Promise<MachineState> {
    const last = await this.engine.reader.load(id);
    const { logic, plan } = last;
    let snapshot: LiveSnapshot | undefined;
    for (let after = 0; after < last.version;) {
      const records = await this.engine.reader.states.history(id, { after, limit: PAGE });
      for (const record of records) {
        if (record.trigger === ATTACHED) {
          ({ snapshot } = await this.engine.reader.restore(record));
          continue;
        }
        const { payload } = await this.about(record);
        // As the live machine went on from it.
        snapshot = this.engine.reader.asRead(logic, this.move(snapshot, logic, record, payload), id);
      }
      after = records.at(-1)?.version ?? last.version;
    }
    if (
      snapshot !== undefined &&
      canonicalJson(logic.persist(snapshot)) === canonicalJson(logic.persist(last.snapshot))
    )
      return { ...last, snapshot };
    throw new StateError(
      `Gone through again, the transitions of the state machine "${id}" lead to "${snapshot === undefined ? '' : stateText(snapshot.value)}", and not to what is stored by version ${plan.version} of "${plan.name}".`,
    );
  }

  /** The state that an attached row shows. */
  async rowState(plan: MachinePlan, id: string, transaction: unknown): Promise<StateValue> {
    const { name, options } = plan;
    const { entity } = options;
    if (entity === undefined) {
      throw new StateError(`The state machine "${name}" is not attached to an entity; say { state } where it begins.`);
    }
    const { target, id: idColumn = 'id', status = 'status' } = entity;
    const manager = transaction as Partial<RowReader>;
    if (typeof manager.findOneBy !== 'function') {
      throw new StateError(`The state machine "${name}" is attached to rows of the application, which needs TypeORM.`);
    }
    const { findOneBy } = manager;
    const row = await onRow(plan, id, manager, () => findOneBy.call(manager, target, { [idColumn]: id }));
    const value = row?.[status];
    if (typeof value === 'string' && value !== '') return stateOfText(value);
    throw new StateError(`There is no row with the ${idColumn} "${id}" and a state for the state machine "${name}".`);
  }

  private move(
    before: LiveSnapshot | undefined,
    logic: MachineState['logic'],
    { trigger, version, machineId }: StateTransitionRecord,
    payload: unknown,
  ): LiveSnapshot {
    if (before === undefined) return logic.initial((payload as { input?: unknown } | undefined)?.input).snapshot;
    const event = { ...(payload as object | undefined), type: trigger } as MachineEvent;
    const step = logic.next(before, event);
    if (step !== undefined) return step.snapshot;
    throw new StateError(
      `Transition ${version} of the state machine "${machineId}" was made by "${trigger}", which its state does not take today.`,
    );
  }

  private async view(record: StateTransitionRecord): Promise<StateTransition> {
    const { version, from, to, trigger, definitionVersion, at } = record;
    const { payload, metadata } = await this.about(record);
    return {
      version,
      ...(from !== undefined && { from: stateOfText(from) }),
      to: stateOfText(to),
      trigger,
      ...(payload !== undefined && { payload }),
      ...(metadata !== undefined && { metadata }),
      definitionVersion,
      at: new Date(at),
    };
  }

  private async about({ metadata, machineId }: StateTransitionRecord): Promise<StoredMetadata> {
    const place = `metadata of the state machine "${machineId}"`;
    const read = await this.engine.services.payloads.decode(metadata, { workflowId: machineId, place });
    return (read as StoredMetadata | undefined) ?? {};
  }
}

interface RowReader {
  findOneBy(target: unknown, where: object): Promise<Readonly<Record<string, unknown>> | null>;
}

/** With a mark of the machine, so that the cursor of another one is found out. */
function writeCursor(version: number, id: string): string {
  return `v${version}.${fingerprint(id)}`;
}

function readCursor(cursor: unknown, id: string): number {
  const [, version, mark] = (typeof cursor === 'string' && /^v([1-9]\d{0,8})\.(.+)$/.exec(cursor)) || [];
  if (mark === fingerprint(id)) return Number(version);
  const message =
    'it is not one that history() answered for this machine; pass nextCursor unchanged, or none for the first page';
  throw new WorkflowInputError({ place: 'The cursor', issues: [{ path: '', message }] });
}
