import { EntitySchema, type EntitySchemaColumnOptions, type ValueTransformer } from 'typeorm';
import { knownOptions, refuseUnknownOptions } from '../core/options/index.js';
import type { EntryKind, InstanceStatus, StepStatus } from '../core/records/index.js';
import { TableNames } from '../postgres/index.js';

/** Where the tables are. @publicApi */
export interface WorkflowTableOptions {
  /** @default 'public' */
  readonly schema?: string;
  /** @default 'workflow_' */
  readonly tablePrefix?: string;
  /** As given to the store. @default the prefix and 'state_transitions' */
  readonly stateTable?: string;
}

const TABLES = knownOptions<WorkflowTableOptions>({ schema: true, tablePrefix: true, stateTable: true });

/** @param place What was given the options. @throws WorkflowOptionsError for an option that there is not @internal */
export function tablesOf(options: WorkflowTableOptions, place: string): TableNames {
  refuseUnknownOptions(options, TABLES, place);
  return new TableNames(options.schema ?? 'public', options.tablePrefix ?? 'workflow_', options.stateTable);
}

/** An instance, for queries. Only the engine writes it. @publicApi */
export class WorkflowInstanceEntity {
  declare id: string;
  declare name: string;
  declare version: number;
  declare generation: number;
  declare status: InstanceStatus;
  declare priority: number;
  declare createdAt: Date;
  declare updatedAt: Date;
  declare endedAt: Date | null;
  declare deadlineAt: Date | null;
  /** When it may be claimed: its turn, its next timer or the end of its lease. */
  declare dueAt: Date | null;
  declare workerId: string | null;
  declare crashes: number;
  declare parentId: string | null;
  declare attributes: Record<string, string | number | boolean | null> | null;
  /** As serialised, and encoded when there is a codec. */
  declare input: string | null;
  declare output: string | null;
  declare error: string | null;
  declare customStatus: string | null;
  declare cancelReason: string | null;
  declare cancelRequestedAt: Date | null;
}

/** One entry of an instance's journal, for queries. Only the engine writes it. @publicApi */
export class WorkflowJournalEntity {
  declare workflowId: string;
  declare generation: number;
  declare position: number;
  declare name: string;
  declare kind: EntryKind;
  declare status: StepStatus;
  declare attempts: number;
  declare recordedAt: Date;
  /** As serialised, and encoded when there is a codec. */
  declare value: string | null;
  declare error: string | null;
  /** The signal it consumed. */
  declare signalId: string | null;
}

/** A stored signal, for queries. Only the engine writes it. @publicApi */
export class WorkflowSignalEntity {
  declare id: string;
  declare seq: string;
  declare receivedAt: Date;
  /** The mailbox; null for a signal to whoever waits for it. */
  declare workflowId: string | null;
  declare name: string;
  declare key: string | null;
  declare payload: string | null;
}

/** A process that executes workflows, for queries. Only the engine writes it. @publicApi */
export class WorkflowWorkerEntity {
  declare id: string;
  declare buildId: string;
  declare definitions: string[];
  declare startedAt: Date;
  declare heartbeatAt: Date;
  declare stopped: boolean;
}

/** One transition of a state machine, for queries. Only the engine writes it. @publicApi */
export class WorkflowStateTransitionEntity {
  declare machineId: string;
  declare version: number;
  declare name: string;
  declare definitionVersion: number;
  /** Null for the first one. Nested states are JSON. */
  declare fromState: string | null;
  declare toState: string;
  declare trigger: string;
  /** As serialised, and encoded when there is a codec. */
  declare metadata: string | null;
  declare snapshot: string;
  /** How the machine ended with it; null while it lives. */
  declare ended: 'completed' | 'failed' | 'cancelled' | null;
  declare at: Date;
}

/** Columns are whole milliseconds since the epoch. */
const instant: ValueTransformer = {
  from: (value: string | number | null) => (value === null ? null : new Date(Number(value))),
  to: (value: unknown) => (value instanceof Date ? value.getTime() : value),
};

type Columns<T> = { [K in keyof T]: EntitySchemaColumnOptions };

const text = (name?: string): EntitySchemaColumnOptions => ({ type: 'text', ...(name === undefined ? {} : { name }) });
const optionalText = (name?: string): EntitySchemaColumnOptions => ({ ...text(name), nullable: true });
const integer = (name?: string): EntitySchemaColumnOptions => ({
  type: 'int4',
  ...(name === undefined ? {} : { name }),
});
const time = (name: string): EntitySchemaColumnOptions => ({ type: 'int8', name, transformer: instant });
const optionalTime = (name: string): EntitySchemaColumnOptions => ({ ...time(name), nullable: true });

const instanceColumns: Columns<WorkflowInstanceEntity> = {
  id: { ...text(), primary: true },
  name: text(),
  version: integer(),
  generation: integer(),
  status: text(),
  priority: integer(),
  createdAt: time('created_at'),
  updatedAt: time('updated_at'),
  endedAt: optionalTime('ended_at'),
  deadlineAt: optionalTime('deadline_at'),
  dueAt: optionalTime('due_at'),
  workerId: optionalText('worker_id'),
  crashes: integer(),
  parentId: optionalText('parent_id'),
  attributes: { type: 'jsonb', nullable: true },
  input: optionalText(),
  output: optionalText(),
  error: optionalText(),
  customStatus: optionalText('custom_status'),
  cancelReason: optionalText('cancel_reason'),
  cancelRequestedAt: optionalTime('cancel_requested_at'),
};

const journalColumns: Columns<WorkflowJournalEntity> = {
  workflowId: { ...text('instance_id'), primary: true },
  generation: { ...integer(), primary: true },
  position: { ...integer(), primary: true },
  name: text(),
  kind: text(),
  status: text(),
  attempts: integer(),
  recordedAt: time('recorded_at'),
  value: optionalText(),
  error: optionalText(),
  signalId: optionalText('signal_id'),
};

const signalColumns: Columns<WorkflowSignalEntity> = {
  id: { ...text(), primary: true },
  seq: { type: 'int8' },
  receivedAt: time('received_at'),
  workflowId: optionalText('workflow_id'),
  name: text(),
  key: optionalText(),
  payload: optionalText(),
};

const workerColumns: Columns<WorkflowWorkerEntity> = {
  id: { ...text(), primary: true },
  buildId: text('build_id'),
  definitions: { type: 'text', array: true },
  startedAt: time('started_at'),
  heartbeatAt: time('heartbeat_at'),
  stopped: { type: 'boolean' },
};

const stateTransitionColumns: Columns<WorkflowStateTransitionEntity> = {
  machineId: { ...text('machine_id'), primary: true },
  version: { ...integer(), primary: true },
  name: text(),
  definitionVersion: integer('definition_version'),
  fromState: optionalText('from_state'),
  toState: text('to_state'),
  trigger: text(),
  metadata: optionalText(),
  snapshot: text(),
  ended: optionalText(),
  at: time('at'),
};

/**
 * The tables as entities, for the `entities` of a data source: then `manager.find(WorkflowInstanceEntity, …)` works. They are left out
 * of TypeORM's schema synchronisation; the tables come from the migrations.
 *
 * @example
 * new DataSource({ type: 'postgres', entities: [Order, ...workflowEntities()] });
 *
 * @publicApi
 */
export function workflowEntities(options: WorkflowTableOptions = {}): EntitySchema[] {
  const tables = tablesOf(options, 'workflowEntities');
  const entity = <T extends object>(target: new () => T, table: string, columns: Columns<T>): EntitySchema =>
    new EntitySchema<T>({
      name: target.name,
      target,
      tableName: table,
      schema: tables.schema,
      synchronize: false,
      columns: columns,
    }) as EntitySchema;
  return [
    entity(WorkflowInstanceEntity, tables.bare('instances'), instanceColumns),
    entity(WorkflowJournalEntity, tables.bare('journal'), journalColumns),
    entity(WorkflowSignalEntity, tables.bare('signals'), signalColumns),
    entity(WorkflowWorkerEntity, tables.bare('workers'), workerColumns),
    entity(WorkflowStateTransitionEntity, tables.stateTable, stateTransitionColumns),
  ];
}
