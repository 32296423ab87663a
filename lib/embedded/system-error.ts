/**
 * Whether an error carries one of these codes: system calls (`ENOENT`) and Postgres (`57P03`) both put them in `code`.
 *
 * @internal
 */
export function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && codes.includes(String(error.code));
}
