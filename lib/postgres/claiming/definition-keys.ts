/** `name@version` keys as the two arrays that statements take. @internal */
export function definitionArrays(keys: readonly string[]): { readonly names: string[]; readonly versions: number[] } {
  const names: string[] = [];
  const versions: number[] = [];
  for (const key of keys) {
    const at = key.lastIndexOf('@');
    names.push(key.slice(0, at));
    versions.push(Number(key.slice(at + 1)));
  }
  return { names, versions };
}
