import { WorkflowOptionsError, WorkflowPayloadError, WorkflowPayloadLimitError } from '../errors/index.js';

/** Where a payload belongs, for choosing keys and for messages. @publicApi */
export interface PayloadContext {
  /** The instance the payload belongs to. */
  readonly workflowId: string;
  /** What the payload is: `input`, `result of step "load"`. */
  readonly place: string;
}

/**
 * Sees every payload on its way into and out of the store; for encryption and compression.
 *
 * @publicApi
 */
export interface PayloadCodec {
  /** Stored in front of what the codec wrote, so that it can be found again: small letters, digits and `-`. Never change it. */
  readonly id: string;
  /** Called after serialisation and the size check. */
  encode(json: string, context: PayloadContext): string | Promise<string>;
  /** Gives back exactly what {@link encode} was given. */
  decode(encoded: string, context: PayloadContext): string | Promise<string>;
}

/** The default limit of one payload, in bytes of UTF-8: 1 MiB. @internal */
export const DEFAULT_PAYLOAD_LIMIT_BYTES = 1_048_576;

const CODEC_ID = /^[a-z][a-z0-9-]*$/;

// No JSON text begins like this, so payloads written before there was a codec are still read.
const ENCODED = /^([a-z][a-z0-9-]*):/;

/**
 * One codec that stands for a list: the first one writes, and each payload is read by the one that wrote it. Payloads
 * written without a codec are read as they are. So a key is rotated by putting a new codec in front of the old one.
 *
 * @returns `undefined` for an empty list: payloads are stored as they are.
 * @throws {@link WorkflowOptionsError} when one is no codec, or its id is malformed or used twice.
 * @internal
 */
export function combineCodecs(codecs: PayloadCodec | readonly PayloadCodec[] | undefined): PayloadCodec | undefined {
  const list = listOf(codecs);
  const [writer] = list;
  if (writer === undefined) return undefined;
  const byId = new Map<string, PayloadCodec>();
  for (const codec of list) {
    if (typeof codec?.encode !== 'function' || typeof codec.decode !== 'function') {
      throw new WorkflowOptionsError({
        option: 'codec',
        value: codec,
        expected: 'an object with id, encode and decode, or a list of them',
      });
    }
    if (typeof codec.id !== 'string' || !CODEC_ID.test(codec.id) || byId.has(codec.id)) {
      throw new WorkflowOptionsError({
        option: 'codec.id',
        value: codec.id,
        expected: 'small letters, digits and "-", beginning with a letter, and different for each codec',
      });
    }
    byId.set(codec.id, codec);
  }
  return new CodecList(writer, byId);
}

class CodecList implements PayloadCodec {
  constructor(
    private readonly writer: PayloadCodec,
    private readonly byId: ReadonlyMap<string, PayloadCodec>,
  ) {}

  get id(): string {
    return this.writer.id;
  }

  encode(json: string, context: PayloadContext): string | Promise<string> {
    const encoded = this.writer.encode(json, context);
    return typeof encoded === 'string' ? this.mark(encoded) : encoded.then((settled) => this.mark(settled));
  }

  decode(text: string, context: PayloadContext): string | Promise<string> {
    const id = ENCODED.exec(text)?.[1];
    if (id === undefined) return text;
    const codec = this.byId.get(id);
    if (codec === undefined) {
      throw new WorkflowPayloadError({
        path: context.place,
        reason: `it was written by the codec "${id}", which is not configured. Add it to the list of codecs.`,
        operation: 'read',
      });
    }
    return codec.decode(text.slice(id.length + 1), context);
  }

  private mark(encoded: string): string {
    return `${this.writer.id}:${encoded}`;
  }
}

/**
 * Refuses a payload that is too large to be stored.
 *
 * @param limitBytes Bytes of UTF-8; `Infinity` switches the check off.
 * @throws {@link WorkflowPayloadLimitError} with the figures.
 * @internal
 */
export function assertPayloadSize(text: string, limitBytes: number, place: string): void {
  // A UTF-16 unit takes at most three bytes of UTF-8, so most texts need not be measured.
  if (text.length * 3 <= limitBytes) return;
  const bytes = Buffer.byteLength(text);
  if (bytes > limitBytes) throw new WorkflowPayloadLimitError({ place, bytes, limitBytes });
}

function listOf(codecs: PayloadCodec | readonly PayloadCodec[] | undefined): readonly PayloadCodec[] {
  if (codecs === undefined) return [];
  return Array.isArray(codecs) ? (codecs as readonly PayloadCodec[]) : [codecs as PayloadCodec];
}
