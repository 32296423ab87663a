import type { SchemaMigration } from './migration.js';

/** Which state machines have ended, so that they can go: how, when, and with which machines of their own. @internal */
export const endedMachinesMigration: SchemaMigration = {
  version: 3,
  name: 'ended machines',
  statements: (tables) => [
    `ALTER TABLE ${tables.stateTransitions} ADD COLUMN ended text`,
    `CREATE INDEX ${tables.stateTransitionsEnds} ON ${tables.stateTransitions} (at) WHERE ended IS NOT NULL`,
    // The id of an invoked machine begins with that of the one nobody invoked; nobody else's has a slash.
    `CREATE INDEX ${tables.stateTransitionsRoots} ON ${tables.stateTransitions} (split_part(machine_id, '/', 1))
  WHERE position('/' in machine_id) > 0`,
  ],
};
