import type { StateValue } from './machine-step.js';

/** A state as it stands in a column: its name, or JSON where states nest. @internal */
export function stateText(value: StateValue): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** The state that a text stands for. @internal */
export function stateOfText(text: string): StateValue {
  return text.startsWith('{') ? (JSON.parse(text) as StateValue) : text;
}
