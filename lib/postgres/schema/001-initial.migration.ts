import type { SchemaMigration } from './migration.js';
import type { TableNames } from '../sql/index.js';

/** The tables of the durable core. @internal */
export const initialMigration: SchemaMigration = {
  version: 1,
  name: 'initial',
  statements: (tables) => [
    ...instanceStatements(tables),
    ...journalStatements(tables),
    ...signalStatements(tables),
    ...workerStatements(tables),
    ...outputStatements(tables),
  ],
};

function instanceStatements(t: TableNames): string[] {
  return [
    // Times are whole epoch milliseconds. What never changes comes first: an update writes a row to the log from its first changed byte
    // to its last. The free space keeps wake-ups on their page.
    `CREATE TABLE ${t.instances} (
  id text NOT NULL,
  name text NOT NULL,
  input_hash text NOT NULL,
  seed text NOT NULL,
  headers text,
  attributes jsonb,
  limits text,
  parent_id text,
  parent_close text,
  input text,
  no int8 NOT NULL GENERATED ALWAYS AS IDENTITY,
  created_at int8 NOT NULL,
  timeout_ms int8,
  deadline_at int8,
  version int4 NOT NULL,
  priority int4 NOT NULL,
  parent_generation int4,
  generation int4 NOT NULL DEFAULT 1,
  updated_at int8 NOT NULL,
  due_at int8,
  ended_at int8,
  cancel_requested_at int8,
  mismatched_at int8,
  fence int4 NOT NULL DEFAULT 0,
  wakes int4 NOT NULL DEFAULT 0,
  head int4 NOT NULL DEFAULT 0,
  claimed_head int4 NOT NULL DEFAULT 0,
  crashes int4 NOT NULL DEFAULT 0,
  event_seq int4 NOT NULL DEFAULT 0,
  status text NOT NULL,
  worker_id text,
  build_id text,
  blocked_on text,
  quarantined_for text,
  resume_status text,
  mismatched_builds text[],
  cancel_reason text,
  custom_status text,
  output text,
  error text,
  lane int2 NOT NULL GENERATED ALWAYS AS (
    CASE WHEN limits IS NOT NULL THEN 2 WHEN mismatched_builds IS NOT NULL THEN 3 WHEN crashes >= 2 THEN 1 ELSE 0 END
  ) STORED,
  CONSTRAINT ${t.index('instances_pkey')} PRIMARY KEY (id)
) WITH (fillfactor = 85, autovacuum_vacuum_scale_factor = 0.05)`,
    // The claim order of each definition. A lane sets apart what a claim has to treat on its own: suspects, limits, mismatches.
    `CREATE INDEX ${t.index('instances_ready_idx')} ON ${t.instances} (name, version, lane, priority, due_at)
  WHERE due_at IS NOT NULL AND blocked_on IS NULL`,
    `CREATE INDEX ${t.index('instances_blocked_idx')} ON ${t.instances} (blocked_on, (due_at + priority * 1000::int8))
  WHERE blocked_on IS NOT NULL`,
    // Without the id, which would be most of it; what was created in one millisecond is sorted when it is listed.
    `CREATE INDEX ${t.index('instances_created_idx')} ON ${t.instances} (created_at)`,
    // What runs is young or found by its turn, and what completed is most of the table: neither is worth an entry at each start.
    `CREATE INDEX ${t.index('instances_status_idx')} ON ${t.instances} (status, created_at, id)
  WHERE status NOT IN ('pending', 'running', 'completed')`,
    // Empty as a rule; whoever asks what fits no build reads nothing else.
    `CREATE INDEX ${t.index('instances_mismatched_idx')} ON ${t.instances} (name, version) WHERE mismatched_builds IS NOT NULL`,
    `CREATE INDEX ${t.index('instances_parent_idx')} ON ${t.instances} (parent_id, created_at, id) WHERE parent_id IS NOT NULL`,
    `CREATE INDEX ${t.index('instances_attributes_idx')} ON ${t.instances} USING gin (attributes jsonb_path_ops)
  WHERE attributes IS NOT NULL`,
  ];
}

function journalStatements(t: TableNames): string[] {
  return [
    // An instance is named by its number: its id would be half of an entry, and most of its key. No foreign key: it would read and lock
    // the instance once more for each entry. Deleting an instance deletes its entries.
    `CREATE TABLE ${t.entries} (
  instance_no int8 NOT NULL,
  recorded_at int8 NOT NULL,
  generation int4 NOT NULL,
  "position" int4 NOT NULL,
  fence int4 NOT NULL,
  called_at int4 NOT NULL,
  attempts int4 NOT NULL,
  name text NOT NULL,
  kind text NOT NULL,
  status text NOT NULL,
  value text,
  error text,
  signal_id text,
  data text,
  CONSTRAINT ${t.index('entries_pkey')} PRIMARY KEY (instance_no, generation, "position")
)`,
    `CREATE INDEX ${t.index('entries_signal_idx')} ON ${t.entries} (instance_no, signal_id) WHERE signal_id IS NOT NULL`,
    `CREATE VIEW ${t.journal} AS SELECT i.id AS instance_id, e.generation, e."position", e.name, e.kind, e.status, e.attempts, e.called_at,
  e.recorded_at, e.value, e.error, e.signal_id, e.data, e.fence
  FROM ${t.entries} e JOIN ${t.instances} i ON i.no = e.instance_no`,
  ];
}

function signalStatements(t: TableNames): string[] {
  return [
    `CREATE TABLE ${t.signals} (
  id text NOT NULL,
  seq int8 NOT NULL GENERATED ALWAYS AS IDENTITY,
  received_at int8 NOT NULL,
  routed boolean NOT NULL DEFAULT false,
  consumed boolean NOT NULL DEFAULT false,
  workflow_id text,
  name text NOT NULL,
  key text,
  payload text,
  CONSTRAINT ${t.index('signals_pkey')} PRIMARY KEY (id)
)`,
    `CREATE INDEX ${t.index('signals_mailbox_idx')} ON ${t.signals} (workflow_id, consumed, seq) WHERE workflow_id IS NOT NULL`,
    `CREATE INDEX ${t.index('signals_topic_idx')} ON ${t.signals} (name, key, received_at) WHERE workflow_id IS NULL`,
    `CREATE INDEX ${t.index('signals_unrouted_idx')} ON ${t.signals} (seq) WHERE NOT routed`,
    `CREATE TABLE ${t.waits} (
  instance_id text NOT NULL,
  wait text NOT NULL,
  condition text NOT NULL,
  generation int4 NOT NULL,
  signal text NOT NULL,
  key text,
  CONSTRAINT ${t.index('waits_pkey')} PRIMARY KEY (instance_id, wait, condition)
)`,
    `CREATE INDEX ${t.index('waits_signal_idx')} ON ${t.waits} (signal, key)`,
  ];
}

function workerStatements(t: TableNames): string[] {
  return [
    `CREATE TABLE ${t.workers} (
  id text NOT NULL,
  started_at int8 NOT NULL,
  heartbeat_at int8 NOT NULL,
  heartbeat_ms int8 NOT NULL,
  build_id text NOT NULL,
  definitions text[] NOT NULL,
  stopped boolean NOT NULL DEFAULT false,
  CONSTRAINT ${t.index('workers_pkey')} PRIMARY KEY (id)
) WITH (fillfactor = 50)`,
    `CREATE TABLE ${t.slots} (
  key text NOT NULL,
  instance_id text NOT NULL,
  released boolean NOT NULL DEFAULT false,
  CONSTRAINT ${t.index('slots_pkey')} PRIMARY KEY (key, instance_id)
)`,
    `CREATE INDEX ${t.index('slots_instance_idx')} ON ${t.slots} (instance_id)`,
    `CREATE INDEX ${t.index('slots_released_idx')} ON ${t.slots} (key) WHERE released`,
  ];
}

function outputStatements(t: TableNames): string[] {
  return [
    `CREATE TABLE ${t.stream} (
  id int8 NOT NULL GENERATED ALWAYS AS IDENTITY,
  at int8 NOT NULL,
  generation int4 NOT NULL,
  after_position int4 NOT NULL,
  index int4 NOT NULL,
  instance_id text NOT NULL,
  kind text NOT NULL,
  step text,
  payload text,
  CONSTRAINT ${t.index('stream_pkey')} PRIMARY KEY (instance_id, id),
  CONSTRAINT ${t.index('stream_item_key')} UNIQUE (instance_id, generation, after_position, index)
)`,
    `CREATE INDEX ${t.index('stream_progress_idx')} ON ${t.stream} (instance_id, generation, step, id) WHERE kind = 'progress'`,
    `CREATE TABLE ${t.outbox} (
  instance_id text NOT NULL,
  seq int4 NOT NULL,
  generation int4 NOT NULL,
  created_at int8 NOT NULL,
  leased_until int8,
  leased_by text,
  event text NOT NULL,
  CONSTRAINT ${t.index('outbox_pkey')} PRIMARY KEY (instance_id, seq)
)`,
    `CREATE INDEX ${t.index('outbox_created_idx')} ON ${t.outbox} (created_at)`,
  ];
}
