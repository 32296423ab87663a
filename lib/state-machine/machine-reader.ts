import { StateError, WorkflowNotFoundError, WorkflowVersionMismatchError } from '../core/errors/index.js';
import type { EngineServices } from '../core/execution/index.js';
import type { StatePersistence, StateTransitionRecord } from '../core/store/index.js';
import { decodeMachine, type MachineState } from './machine-state.js';
import { isStateMachineDefinition, type MachinePlan, type MigratedSnapshot } from './machine-plan.js';

/** Reads machines back from their last transition. @internal */
export class MachineReader {
  constructor(private readonly services: EngineServices) {}

  get states(): StatePersistence {
    const { states, kind } = this.services.store;
    if (states !== undefined) return states;
    throw new StateError(`The store "${kind}" keeps no state machines: it has no "states".`);
  }

  /** @throws WorkflowNotFoundError; WorkflowVersionMismatchError when no registered machine takes its snapshot over */
  async load(id: string, transaction?: unknown): Promise<MachineState> {
    const found = await this.find(id, transaction);
    if (found === undefined) throw new WorkflowNotFoundError({ workflowId: id });
    return found;
  }

  async find(id: string, transaction?: unknown): Promise<MachineState | undefined> {
    const record = await this.states.load(id, transaction);
    return record && this.restore(record);
  }

  async restore(record: StateTransitionRecord): Promise<MachineState> {
    const plan = this.planOf(record);
    const [logic, stored] = await Promise.all([plan.logic(), decodeMachine(this.services.payloads, record)]);
    const { migrate } = plan.options;
    const isOlder = record.definitionVersion !== plan.version;
    const snapshot =
      isOlder && migrate !== undefined
        ? migrate(stored.snapshot as MigratedSnapshot, record.definitionVersion)
        : stored.snapshot;
    const { timers = {}, children = {}, awaited = false } = stored;
    return {
      id: record.machineId,
      version: record.version,
      plan,
      logic,
      snapshot: logic.restore(snapshot, Object.keys(children)),
      at: record.at,
      bonds: { timers, children, awaited },
    };
  }

  /** The newest machine of the name that takes the snapshot: of its version, or with a migration; else the old one itself. */
  private planOf({ name, definitionVersion }: StateTransitionRecord): MachinePlan {
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
