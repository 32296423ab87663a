import { WorkflowPayloadError } from '../errors/index.js';
import { formatPayloadPath } from './payload-path.js';
import { isStorableText } from './storable-text.js';

/** Native JSON fails on the stack at a few thousand levels; a refusal says why. */
const MAX_DEPTH = 1_000;

/** Built-in objects whose content JSON does not see, and what to store instead. */
const REFUSED_OBJECTS: Readonly<Record<string, string>> = {
  Map: 'a Map has no JSON form. Store Object.fromEntries(map) or [...map].',
  Set: 'a Set has no JSON form. Store [...set].',
  WeakMap: 'a WeakMap has no JSON form.',
  WeakSet: 'a WeakSet has no JSON form.',
  WeakRef: 'a WeakRef has no JSON form.',
  RegExp: 'a RegExp has no JSON form. Store its source and flags.',
  Promise: 'a Promise has no JSON form. Await it first.',
  Error: 'an Error has no JSON form. Store its message, or throw it.',
  Number: 'a Number object would become a plain number. Store the number.',
  String: 'a String object would become a plain string. Store the string.',
  Boolean: 'a Boolean object would become a plain boolean. Store the boolean.',
  BigInt: 'a BigInt object has no JSON form. Store its text.',
  Symbol: 'a Symbol object has no JSON form.',
};

/**
 * The value as plain data that JSON writes unchanged: `toJSON()` applied, properties that are `undefined` left out.
 *
 * @throws {@link WorkflowPayloadError} with the path of the first part that JSON would change or lose.
 * @internal
 */
export function plainCopy(value: unknown, place: string): unknown {
  const copy = new PlainCopy(place).copy(value, '');
  if (copy === undefined) {
    throw new WorkflowPayloadError({ path: place, reason: 'undefined has no JSON form. Store null, or nothing.' });
  }
  return copy;
}

class PlainCopy {
  private readonly path: (string | number)[] = [];
  private readonly ancestors = new Set<object>();

  constructor(private readonly place: string) {}

  /** @param key What JSON hands to `toJSON()`. */
  copy(original: unknown, key: string): unknown {
    const value = this.applyToJson(original, key);
    switch (typeof value) {
      case 'undefined':
      case 'boolean':
        return value;
      case 'string':
        return this.text(value, 'it');
      case 'number':
        if (Number.isFinite(value)) return value;
        return this.refuse(`${value} would become null. Store null or a text.`);
      case 'bigint':
        return this.refuse('a bigint has no JSON form. Store its text, value.toString().');
      case 'symbol':
        return this.refuse('a symbol has no JSON form.');
      case 'function':
        return this.refuse('a function has no JSON form. Leave it out.');
      case 'object':
        return value === null ? null : this.object(value);
    }
  }

  private applyToJson(value: unknown, key: string): unknown {
    if (typeof value !== 'object' || value === null) return value;
    const tag = Object.prototype.toString.call(value).slice(8, -1);
    if (ArrayBuffer.isView(value))
      return this.refuse(`binary data (${tag}) has no JSON form. Store it as base64 text.`);
    // The toJSON of an invalid date answers null.
    if (tag === 'Date' && Number.isNaN((value as Date).valueOf()))
      return this.refuse('an invalid Date would become null.');
    const { toJSON } = value as { toJSON?: unknown };
    return typeof toJSON === 'function' ? (toJSON as (key: string) => unknown).call(value, key) : value;
  }

  private object(value: object): unknown {
    if (this.ancestors.has(value)) return this.refuse('it contains itself. Store the id of the other object instead.');
    if (this.path.length >= MAX_DEPTH) return this.refuse(`it is nested more than ${MAX_DEPTH} levels deep.`);
    this.ancestors.add(value);
    const copy = Array.isArray(value) ? this.array(value) : this.record(value);
    this.ancestors.delete(value);
    return copy;
  }

  private array(items: readonly unknown[]): unknown[] {
    const copies: unknown[] = [];
    for (let index = 0; index < items.length; index++) {
      this.path.push(index);
      const copy =
        index in items ? this.copy(items[index], String(index)) : this.refuse('a hole would become null. Store null.');
      if (copy === undefined) this.refuse('undefined would become null inside an array. Store null, or leave it out.');
      copies.push(copy);
      this.path.pop();
    }
    return copies;
  }

  private record(value: object): unknown {
    const keys = Object.keys(value);
    this.refuseHiddenContent(value, keys);
    // Without a prototype, because assigning the key `__proto__` would otherwise change it.
    const copy = Object.create(null) as Record<string, unknown>;
    for (const key of keys) {
      this.path.push(key);
      const item = this.copy((value as Record<string, unknown>)[key], key);
      if (item !== undefined) copy[this.text(key, 'its key')] = item;
      this.path.pop();
    }
    return copy;
  }

  private refuseHiddenContent(value: object, keys: readonly string[]): void {
    const tag = Object.prototype.toString.call(value).slice(8, -1);
    if (tag === 'Object') return;
    const reason = Object.hasOwn(REFUSED_OBJECTS, tag) ? REFUSED_OBJECTS[tag] : undefined;
    if (reason !== undefined) this.refuse(reason);
    // Headers, iterators, ArrayBuffer, Intl …: a class of its own kind that shows nothing would be stored as {}.
    if (keys.length === 0) this.refuse(`a value of type ${tag} would become {}. Store the data it stands for.`);
  }

  private text(value: string, what: string): string {
    if (isStorableText(value)) return value;
    return this.refuse(
      `${what} contains U+0000 or half of a surrogate pair, which databases do not keep. Store it as base64.`,
    );
  }

  private refuse(reason: string): never {
    throw new WorkflowPayloadError({ path: formatPayloadPath(this.place, this.path), reason });
  }
}
