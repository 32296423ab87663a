import { WorkflowOptionsError } from '../core/errors/index.js';
import { knownOptions, refuseUnknownOptions } from '../core/options/index.js';
import type { EmbeddedPostgresOptions } from './embedded-postgres.interface.js';

/**
 * The options with every default filled in.
 *
 * @internal
 */
export interface ResolvedEmbeddedPostgresOptions {
  readonly dataDir: string;
  readonly port: number | undefined;
  readonly database: string;
  readonly fsync: boolean;
  readonly log: (line: string) => void;
  readonly settings: Readonly<Record<string, string>>;
  readonly useEnvironment: boolean;
}

const EMBEDDED_POSTGRES = knownOptions<EmbeddedPostgresOptions>({
  dataDir: true,
  port: true,
  database: true,
  fsync: true,
  log: true,
  settings: true,
  useEnvironment: true,
});

/**
 * @throws {@link WorkflowOptionsError} for a value that is not accepted.
 * @internal
 */
export function resolveOptions(options: EmbeddedPostgresOptions): ResolvedEmbeddedPostgresOptions {
  refuseUnknownOptions(options, EMBEDDED_POSTGRES, '', 'embeddedPostgres');
  const { dataDir = '.data/pg', port, database = 'workflow', settings = {} } = options;
  if (dataDir === '') refuse('dataDir', dataDir, 'a path');
  if (port !== undefined && !(Number.isInteger(port) && port > 0 && port < 65_536)) {
    refuse('port', port, 'a whole number from 1 to 65535');
  }
  // Postgres cuts longer names off silently, and drivers read some signs of a URL differently.
  if (!/^[\p{L}\p{N}_.-]+$/u.test(database) || Buffer.byteLength(database) > 63) {
    refuse('database', database, 'a name of letters, digits, "_", "-" and ".", with 63 bytes at most');
  }
  for (const name of Object.keys(settings)) {
    if (!/^[a-z_][a-z0-9_.]*$/i.test(name)) refuse('settings', name, 'made of names of Postgres settings');
  }
  return {
    dataDir,
    port,
    database,
    fsync: options.fsync ?? true,
    log: options.log ?? (() => undefined),
    settings,
    useEnvironment: options.useEnvironment ?? true,
  };
}

/**
 * The server's settings in the order in which they are passed: later ones win.
 *
 * @internal
 */
export function serverSettings(options: ResolvedEmbeddedPostgresOptions): Record<string, string> {
  return {
    // Commits still wait until the log is handed to the system (synchronous_commit stays on), so nothing is lost when the server is killed.
    ...(options.fsync ? {} : { fsync: 'off', full_page_writes: 'off' }),
    ...options.settings,
    // Never reachable from outside, whatever the settings say. There is no Unix socket because its path may be 107 bytes long at most, which project folders exceed.
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
  };
}

function refuse(option: string, value: unknown, expected: string): never {
  throw new WorkflowOptionsError({ option: `embeddedPostgres.${option}`, value, expected });
}
