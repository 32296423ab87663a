import {
  describeValue,
  StateError,
  WorkflowNotFoundError,
  WorkflowVersionMismatchError,
} from '../core/errors/index.js';
import type { EngineServices } from '../core/execution/index.js';
import { isThenable } from '../core/options/index.js';
import { assertPossibleId } from '../core/records/index.js';
import type { StatePersistence, StateTransitionRecord } from '../core/store/index.js';
import { childMachineId, type TransitionReference } from './effects-job.js';
import type { MachineLogic } from './logic/machine-logic.js';
import type { LiveSnapshot } from './logic/machine-step.js';
import { decodeMachine, type MachineState } from './machine-state.js';
import { isStateMachineDefinition, type MachinePlan, type MigratedSnapshot } from './machine-plan.js';

const PAGE = 50;

/** Reads machines back from their last transition. @internal */
export class MachineReader {
  /** Keeps the machines instead of the store's own. */
  given: StatePersistence | undefined;

  constructor(private readonly services: EngineServices) {}

  get states(): StatePersistence {
    const { states, kind } = this.services.store;
    const kept = this.given ?? states;
    if (kept !== undefined) return kept;
    throw new StateError(`The store "${kind}" keeps no state machines: it has no "states".`);
  }

  /** @throws WorkflowNotFoundError; WorkflowVersionMismatchError when no registered machine takes its snapshot over */
  async load(id: string, transaction?: unknown): Promise<MachineState> {
    const found = await this.find(id, transaction);
    if (found === undefined) throw new WorkflowNotFoundError({ workflowId: id, what: 'state machine' });
    return found;
  }

  async find(id: string, transaction?: unknown): Promise<MachineState | undefined> {
    assertPossibleId(id, 'state machine');
    const record = await this.states.load(id, transaction);
    return record && this.restore(record);
  }

  /** The ids under which the children of one transition stand. */
  async begunBy({ machineId, version }: TransitionReference): Promise<string[]> {
    const [record] = await this.states.history(machineId, { after: version - 1, limit: 1 });
    if (record === undefined) return [];
    const { children = {} } = await decodeMachine(this.services.payloads, record);
    const begun = Object.keys(children).filter((child) => children[child] === version);
    return begun.map((child) => childMachineId(machineId, version, child));
  }

  /** The first transition behind another one that has something which comes in turn. */
  async actingAfter({ machineId, version }: TransitionReference, transaction: unknown): Promise<number | undefined> {
    for (let after = version; ;) {
      const records = await this.states.history(machineId, { after, limit: PAGE }, transaction);
      for (const record of records) {
        const { acting } = await decodeMachine(this.services.payloads, record);
        if (acting === record.version) return acting;
      }
      if (records.length < PAGE) return undefined;
      after += PAGE;
    }
  }

  /** @throws StateError when the snapshot does not fit the machine, with XState's own words as the cause */
  async restore(record: StateTransitionRecord): Promise<MachineState> {
    const plan = this.planOf(record);
    const [logic, stored] = await Promise.all([plan.logic(), decodeMachine(this.services.payloads, record)]);
    const isOlder = record.definitionVersion !== plan.version;
    const snapshot = isOlder ? migrated(stored.snapshot, record, plan) : stored.snapshot;
    const { timers = {}, children = {}, workflows = [], awaited = false, acting } = stored;
    const restored = (): LiveSnapshot => {
      try {
        return logic.restore(snapshot, Object.keys(children));
      } catch (cause) {
        throw doesNotFit(record, plan, cause);
      }
    };
    return {
      id: record.machineId,
      version: record.version,
      plan,
      logic,
      snapshot: restored(),
      at: record.at,
      token: record.token,
      bonds: { timers, children, workflows, awaited, ...(acting !== undefined && { acting }) },
    };
  }

  /** Whether no other definition takes a machine over by now: they may be registered at any time. */
  isCurrent({ plan }: MachineState): boolean {
    return this.planOf({ name: plan.name, definitionVersion: plan.version }) === plan;
  }

  /** A machine as it was just written, with the values that any other process reads. */
  async written(next: MachineState, record: StateTransitionRecord): Promise<MachineState> {
    const state = { ...next, at: record.at, token: record.token };
    if (this.comesBack(next.snapshot)) return state;
    const stored = await decodeMachine(this.services.payloads, record);
    return { ...state, snapshot: next.logic.restore(stored.snapshot, Object.keys(next.bonds.children)) };
  }

  /** A snapshot that was not written, with the values of one that was read back. */
  asRead(logic: MachineLogic, snapshot: LiveSnapshot, id: string): LiveSnapshot {
    if (this.comesBack(snapshot)) return snapshot;
    const stored = this.services.payloads.asStored(logic.persist(snapshot), `snapshot of the state machine "${id}"`);
    return logic.restore(stored, Object.keys(snapshot.children));
  }

  private comesBack({ context, output }: LiveSnapshot): boolean {
    const { payloads } = this.services;
    return payloads.keepsAsItIs(context) && payloads.keepsAsItIs(output);
  }

  /** The newest machine of the name that takes the snapshot: of its version, or with a migration; else the old one itself. */
  private planOf({ name, definitionVersion }: Pick<StateTransitionRecord, 'name' | 'definitionVersion'>): MachinePlan {
    const { registry } = this.services;
    const newest = registry.resolve(name);
    if (!isStateMachineDefinition(newest)) {
      throw new StateError(`"${name}" is registered here as a ${newest.model}, not as a state machine.`);
    }
    const { plan } = newest;
    const isNewer = plan.version > definitionVersion;
    if (plan.version === definitionVersion || (isNewer && plan.options.migrate !== undefined)) return plan;
    const own = registry.get(name, definitionVersion);
    if (own !== undefined && isStateMachineDefinition(own)) return own.plan;
    throw new WorkflowVersionMismatchError({
      workflowName: name,
      expectedVersion: definitionVersion,
      actualVersion: plan.version,
    });
  }
}

function migrated(
  stored: unknown,
  { machineId, definitionVersion }: StateTransitionRecord,
  plan: MachinePlan,
): unknown {
  const { name, options, version } = plan;
  if (options.migrate === undefined) return stored;
  const answer: unknown = options.migrate(stored as MigratedSnapshot, definitionVersion);
  if (typeof answer === 'object' && answer !== null && !isThenable(answer)) return answer;
  throw new StateError(
    `migrate of version ${version} of the state machine "${name}" answered ${describeValue(answer)} for "${machineId}", which version ${definitionVersion} has stored. Let it answer the snapshot at once, with what has changed.`,
  );
}

function doesNotFit({ machineId, name, definitionVersion }: StateTransitionRecord, plan: MachinePlan, cause: unknown) {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new StateError(
    `The state machine "${machineId}" was stored by version ${definitionVersion} of "${name}", and version ${plan.version} cannot go on from it: ${why}. Raise the version, and give a migrate that answers a state of the new machine.`,
    { cause },
  );
}
