// JSON
export { canonicalJson, isSameJson } from './canonical-json.js';
export { fingerprint } from './fingerprint.js';
export { fromJson, toJson } from './journal-json.js';
export type { Journaled } from './journaled.js';
export { isStorableText, storableText } from './storable-text.js';

// Errors
export { NON_ERROR_NAME, toErrorRecord, type ErrorRecord } from './error-record.js';
export { fromErrorRecord } from './restored-error.js';

// Payloads
export {
  DEFAULT_PAYLOAD_LIMIT_BYTES,
  assertPayloadSize,
  combineCodecs,
  type PayloadCodec,
  type PayloadContext,
} from './payload-codec.js';
export { PayloadPort } from './payload-port.js';
export { jsonPayloadSerializer, type PayloadSerializer } from './payload-serializer.js';
