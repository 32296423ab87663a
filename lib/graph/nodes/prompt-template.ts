/** Puts values of the state in the places of `{key}`; a key that there is not stays as it is written. @internal */
export function fillTemplate(template: string, state: object): string {
  if (!template.includes('{')) return template;
  return template.replace(/\{([^{}\s]+)\}/g, (written, key: string) =>
    Object.hasOwn(state, key) ? textOf((state as Record<string, unknown>)[key]) : written,
  );
}

/** A value as it stands in a text. @internal */
export function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'object' && value !== null) return JSON.stringify(value);
  return String(value);
}

/** @internal */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : textOf(error);
}
