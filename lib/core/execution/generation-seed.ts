/** The seed of a next generation, which also keeps the instant at which it begins: `now()` starts there in every replay. @internal */
export function generationSeed(seed: string, beginsAt: number): string {
  const at = seed.indexOf('@');
  return `${at === -1 ? seed : seed.slice(0, at)}@${beginsAt}`;
}

/** When a generation began, epoch milliseconds; `undefined` for the first one, which begins with the instance. @internal */
export function beginningOf(seed: string): number | undefined {
  const at = seed.indexOf('@');
  return at === -1 ? undefined : Number(seed.slice(at + 1));
}
