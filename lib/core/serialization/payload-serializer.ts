import { fromJson, toJson } from './journal-json.js';

/**
 * Turns values into text and back. Replace it to keep what JSON does not, such as a Map or a bigint.
 *
 * @publicApi
 */
export interface PayloadSerializer {
  /**
   * Writes a value; never called with `undefined`.
   *
   * @param place What the value is, for messages: `result of step "load"`.
   * @returns Text without U+0000 and lone surrogates.
   * @throws {@link WorkflowPayloadError} when it cannot keep the value.
   */
  serialize(value: unknown, place: string): string;
  /** Reads what {@link serialize} wrote, now or in an earlier release. Must answer with a new value each time. */
  deserialize(text: string): unknown;
}

/** The default: strict JSON, which refuses what it would change or lose. @publicApi */
export const jsonPayloadSerializer: PayloadSerializer = {
  serialize: toJson,
  deserialize: (text) => fromJson(text),
};
