export { startEmbeddedPostgres } from './embedded-postgres.js';
export type { EmbeddedPostgres, EmbeddedPostgresOptions } from './embedded-postgres.interface.js';
export { isPostgresAlive } from './liveness.js';

// Errors
export { EmbeddedPostgresError, isEmbeddedPostgresError } from '../core/errors/index.js';
