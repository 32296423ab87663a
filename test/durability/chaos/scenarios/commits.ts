import type { Loss, TcpProxy } from '../../../utils/tcp-proxy.js';
import { pause, type Kind } from '../cast.js';
import type { Slot } from '../crew.js';
import type { Round } from '../round.js';
import { part, type Scenario } from './scenario.js';

/** A kind of write: the statement that is lost, and the instance in whose life it comes. */
interface Write {
  readonly what: string;
  readonly text: string | readonly string[];
  readonly kind: Kind;
  readonly input?: object;
  /** One of the first so many messages that contain it. */
  readonly among: number;
  /** Only where events are stored, or only where they are not. */
  readonly storesEvents?: boolean;
  /** Whether the engine chooses the id. */
  readonly isNew?: boolean;
}

/** Entries travel together, or one on its own. */
const JOURNAL = ['nw_flush', 'nw_entry'];

export const WRITES: readonly Write[] = [
  { what: 'start', text: 'nw_start', kind: 'chain', among: 1 },
  { what: 'start under a new id', text: 'nw_start', kind: 'chain', among: 1, storesEvents: false, isNew: true },
  { what: 'step record', text: 'nw_entry', kind: 'chain', among: 4 },
  { what: 'outcome', text: 'nw_flush', kind: 'chain', among: 1 },
  // Still under way when the late request arrives, in which only the position keeps two writers apart.
  { what: 'record of a long run', text: 'nw_entry', kind: 'lengthy', input: { bodyMs: 250 }, among: 3 },
  { what: 'timer', text: JOURNAL, kind: 'delays', input: { naps: 3, napMs: 20 }, among: 7 },
  { what: 'signal', text: 'nw_signal', kind: 'letters', input: { letters: 2 }, among: 2 },
  { what: 'routing', text: 'nw_route', kind: 'letters', input: { letters: 2 }, among: 2 },
  { what: 'child', text: JOURNAL, kind: 'family', among: 12 },
  { what: 'compensation', text: JOURNAL, kind: 'saga', among: 10 },
  { what: 'next generation', text: JOURNAL, kind: 'generations', input: { letters: 3 }, among: 9 },
  { what: 'transactional step', text: 'COMMIT', kind: 'booking', among: 2 },
  { what: 'cancel', text: 'nw_cancel', kind: 'trip', among: 1 },
  { what: 'taken events', text: 'nw_outbox_take', kind: 'chain', among: 1, storesEvents: true },
  { what: 'published events', text: 'nw_outbox_settle', kind: 'chain', among: 1, storesEvents: true },
];

const LOSSES: readonly Loss[] = ['answer', 'request', 'late'];

/** Connections break at the very moment of a write: before it arrives, after it is committed, or so that it arrives when it was sent again. */
export const commits: Scenario = {
  name: 'commits',
  rounds: 6,
  crew: { size: 8, tellsSteps: false },
  async act(round, share) {
    const each = part(20, share);
    const writes = WRITES.filter(({ storesEvents }) => (storesEvents ?? round.storesEvents) === round.storesEvents);
    // What comes in every other round comes twice as often there.
    const timesOf = ({ storesEvents }: Write): number => (storesEvents === undefined ? each : 2 * each);
    const open = LOSSES.flatMap((lose) =>
      writes.flatMap((write) => Array.from({ length: timesOf(write) }, () => ({ lose, write }))),
    );
    // Every process has a way of its own, and the writes that get lost on it.
    await Promise.all(
      round.crew.slots.map(async (slot) => {
        for (let next = open.shift(); next !== undefined; next = open.shift())
          await loseOne(round, slot, next.write, next.lose);
      }),
    );
  },
};

async function loseOne(round: Round, slot: Slot, write: Write, lose: Loss): Promise<void> {
  const { kind, input = {}, what, text, among, isNew = false } = write;
  const word = { answer: 'answer lost', request: 'request lost', late: 'request late' }[lose];
  // Not every interleaving sends so many of them.
  for (let tries = 0, wasHit = false; !wasHit && tries < 4; tries += 1) {
    const skip = tries === 0 ? Math.floor(round.between(0, among)) : 0;
    const lost = slot.proxy.loseNext(lose, text, skip);
    if (isNew) await driveNew(round, slot, kind, input);
    else await drive(round, slot, kind, round.cast.newId(kind), input);
    wasHit = await comes(slot.proxy, lost);
    if (wasHit) round.tally.fault(`${what}: ${word}`);
    slot.proxy.disarm();
  }
}

/** Everything is asked of the process behind the proxy, so that the outside's own writes get lost as well. */
async function drive(round: Round, slot: Slot, kind: Kind, id: string, input: object): Promise<void> {
  const cast = round.castOf(slot);
  await cast.play(kind, id, input, 30);
  if (kind === 'trip') await cast.cancel(id);
  await slot.process.ask('outcome', { id, timeout: '60s' });
}

/** An id that is not chosen is known to nobody before the answer. */
async function driveNew(round: Round, slot: Slot, kind: Kind, input: object): Promise<void> {
  const id = await round.castOf(slot).startNew(kind, input);
  await slot.process.ask('outcome', { id, timeout: '60s' });
}

/** What comes by the clock comes a little later. */
async function comes(proxy: TcpProxy, lost: Promise<void>): Promise<boolean> {
  if (!proxy.isArmed) return true;
  return Promise.race([lost.then(() => true), pause(1_200).then(() => false)]);
}
