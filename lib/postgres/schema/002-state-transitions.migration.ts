import type { SchemaMigration } from './migration.js';

/** The transitions of state machines, each with the snapshot it led to. @internal */
export const stateTransitionsMigration: SchemaMigration = {
  version: 2,
  name: 'state transitions',
  statements: ({ stateTransitions, stateTransitionsKey }) => [
    `CREATE TABLE ${stateTransitions} (
  machine_id text NOT NULL,
  at int8 NOT NULL,
  version int4 NOT NULL,
  definition_version int4 NOT NULL,
  name text NOT NULL,
  token text NOT NULL,
  trigger text NOT NULL,
  from_state text,
  to_state text NOT NULL,
  metadata text,
  snapshot text NOT NULL,
  CONSTRAINT ${stateTransitionsKey} PRIMARY KEY (machine_id, version)
)`,
  ],
};
