/**
 * The store's time, whole epoch milliseconds. The first parameter of every statement that needs time is the offset: 0, except
 * under a virtual clock. Rounded down, so that an instant counts as reached only when it is.
 *
 * @internal
 */
export const NOW = '(floor(extract(epoch FROM clock_timestamp()) * 1000)::int8 + $1::int8)';
