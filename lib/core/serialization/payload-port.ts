import { toErrorRecord, type ErrorRecord } from './error-record.js';
import { fingerprint } from './fingerprint.js';
import { fromErrorRecord } from './restored-error.js';
import { assertPayloadSize, type PayloadCodec, type PayloadContext } from './payload-codec.js';
import { isSameAsJson } from './journal-json.js';
import { jsonPayloadSerializer, type PayloadSerializer } from './payload-serializer.js';

type MaybePromise<T> = T | Promise<T>;

/**
 * The one way of values into and out of the store: serialiser, size limit, codec. `undefined` is stored as nothing.
 *
 * @internal
 */
export class PayloadPort {
  constructor(
    private readonly serializer: PayloadSerializer,
    private readonly codec: PayloadCodec | undefined,
    private readonly limitBytes: number,
  ) {}

  /** The text that stands for a value before the codec. @throws WorkflowPayloadError, WorkflowPayloadLimitError */
  toText(value: unknown, place: string): string | undefined {
    if (value === undefined) return undefined;
    const text = this.serializer.serialize(value, place);
    assertPayloadSize(text, this.limitBytes, place);
    return text;
  }

  /** Whether a value is certain to come back from its text as it is. */
  keepsAsItIs(value: unknown): boolean {
    return value === undefined || (this.serializer === jsonPayloadSerializer && isSameAsJson(value));
  }

  /** A value as it comes back from the store: itself where that is certain to be the same. @throws WorkflowPayloadError, WorkflowPayloadLimitError */
  asStored(value: unknown, place: string): unknown {
    return this.keepsAsItIs(value) ? value : this.fromText(this.toText(value, place));
  }

  /** A fresh value from the text before the codec. */
  fromText(text: string | undefined): unknown {
    return text === undefined ? undefined : this.serializer.deserialize(text);
  }

  /** What a value comes back as that has just been written: its own self where nobody can change it, else a fresh one. */
  reread(value: unknown, text: string | undefined): unknown {
    const isItself = typeof value !== 'object' && this.serializer === jsonPayloadSerializer && isSameAsJson(value);
    return isItself ? value : this.fromText(text);
  }

  /** Text on its way into the store. */
  seal(text: string | undefined, context: PayloadContext): MaybePromise<string | undefined> {
    return text === undefined || this.codec === undefined ? text : this.codec.encode(text, context);
  }

  /** Text on its way out of the store. */
  unseal(text: string | undefined, context: PayloadContext): MaybePromise<string | undefined> {
    return text === undefined || this.codec === undefined ? text : this.codec.decode(text, context);
  }

  encode(value: unknown, context: PayloadContext): MaybePromise<string | undefined> {
    return this.seal(this.toText(value, context.place), context);
  }

  decode(text: string | undefined, context: PayloadContext): unknown {
    const plain = this.unseal(text, context);
    return plain instanceof Promise ? plain.then((settled) => this.fromText(settled)) : this.fromText(plain);
  }

  encodeError(error: unknown, context: PayloadContext): MaybePromise<string> {
    return this.seal(JSON.stringify(toErrorRecord(error)), context) as MaybePromise<string>;
  }

  decodeError(text: string, context: PayloadContext): MaybePromise<Error> {
    const plain = this.unseal(text, context) as MaybePromise<string>;
    return plain instanceof Promise ? plain.then(restore) : restore(plain);
  }

  /** Tells equal inputs apart from different ones, whatever the order of their keys. */
  fingerprint(value: unknown): string {
    return fingerprint(value);
  }
}

function restore(text: string): Error {
  return fromErrorRecord(JSON.parse(text) as ErrorRecord);
}
