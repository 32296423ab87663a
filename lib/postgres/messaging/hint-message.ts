import type { StoreHint } from '../../core/store/index.js';

/** Postgres takes 8,000 bytes; the rest is for the envelope. */
const MAX_BYTES = 7_500;

interface Message {
  /** Who sent it; a process ignores its own. */
  readonly from: string;
  /** Whoever hears it says something: the sender asks whether there is anybody. */
  readonly hello?: true;
  readonly due?: true;
  readonly ended?: readonly string[];
  readonly woken?: readonly string[];
}

/** Packs hints into as few notification payloads as possible. Ids only; an id that is too long to be sent is left out. @internal */
export function packHints(from: string, hints: readonly StoreHint[]): string[] {
  const messages: string[] = [];
  let due = hints.some((hint) => hint.kind === 'due');
  let ended: string[] = [];
  let woken: string[] = [];
  let bytes = 0;
  const flush = () => {
    const message: Message = {
      from,
      ...(due ? { due } : {}),
      ...(ended.length > 0 ? { ended } : {}),
      ...(woken.length > 0 ? { woken } : {}),
    };
    messages.push(JSON.stringify(message));
    due = false;
    ended = [];
    woken = [];
    bytes = 0;
  };
  for (const hint of hints) {
    if (hint.kind === 'due') continue;
    const size = Buffer.byteLength(JSON.stringify(hint.workflowId)) + 1;
    if (size > MAX_BYTES) continue;
    if (bytes + size > MAX_BYTES) flush();
    (hint.kind === 'ended' ? ended : woken).push(hint.workflowId);
    bytes += size;
  }
  if (due || ended.length > 0 || woken.length > 0) flush();
  return messages;
}

/** Asks whoever listens to say something, or says something. @internal */
export function greeting(from: string, isHello: boolean): string {
  const message: Message = { from, ...(isHello ? { hello: true } : {}) };
  return JSON.stringify(message);
}

/** What another process has said. @internal */
export interface HeardMessage {
  readonly isHello: boolean;
  readonly hints: readonly StoreHint[];
}

/** Reads a payload; `undefined` for our own, and for what is not ours. @internal */
export function readMessage(from: string, payload: string): HeardMessage | undefined {
  let message: Partial<Message>;
  try {
    message = JSON.parse(payload) as Partial<Message>;
  } catch {
    // Anybody may notify on any channel; a hint is never a truth, so an unreadable one is no fault of ours.
    return undefined;
  }
  if (typeof message !== 'object' || message === null) return undefined;
  if (typeof message.from !== 'string' || message.from === from) return undefined;
  const ids = (list: unknown): string[] =>
    Array.isArray(list) ? list.filter((id): id is string => typeof id === 'string') : [];
  const hints: StoreHint[] = [
    ...(message.due === true ? [{ kind: 'due' } as const] : []),
    ...ids(message.ended).map((workflowId) => ({ kind: 'ended', workflowId }) as const),
    ...ids(message.woken).map((workflowId) => ({ kind: 'woken', workflowId }) as const),
  ];
  return { isHello: message.hello === true, hints };
}
