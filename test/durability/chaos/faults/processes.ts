import { LEASE_MS, type Slot } from '../crew.js';
import { pause } from '../cast.js';
import type { WorkerProcess } from '../../utils/worker-process.js';
import type { Round } from '../round.js';

/** Durable points by kind, and how often they may be passed before the strike: those of a poll or a heartbeat are passed seldom. */
const POINTS: readonly (readonly [string, number])[] = [
  ['before flush', 12],
  ['after flush', 12],
  ['before entry', 8],
  ['after entry', 8],
  ['after claim', 4],
  ['before body', 12],
  ['after body', 12],
  ['before undo', 2],
  ['after undo', 2],
  ['before COMMIT', 2],
  ['after COMMIT', 2],
  ['before INSERT', 2],
  ['after INSERT', 2],
  ['before route', 3],
  ['after route', 3],
  ['before renew', 2],
  ['after renew', 2],
  ['before outbox', 3],
  ['after outbox', 3],
  ['before event', 12],
  ['after event', 12],
];

/** So long a process may take to come to its point. */
const PATIENCE_MS = 3_000;

/** SIGKILL: at a named point, or wherever the process is. */
export async function killSomebody(round: Round): Promise<void> {
  const slot = round.crew.take();
  if (slot === undefined) return;
  const kind = round.chance.random() < 0.5 ? undefined : round.pick(POINTS);
  const wasThere =
    kind !== undefined && (await standAt(slot, `${kind[0]} *#${1 + Math.floor(round.between(0, kind[1]))}`));
  round.tally.fault(wasThere ? `kill ${kind[0]}` : 'kill');
  await slot.process.kill();
  if (round.chance.random() < 0.1) breakStart(round, slot);
  await round.crew.kill(slot);
  slot.proxy.disarm();
  slot.isTaken = false;
}

/** Some message of the successor's first ones gets lost, and its connection with it. */
function breakStart(round: Round, slot: Slot): void {
  round.tally.fault('start on a broken connection');
  void slot.proxy.loseNext(round.pick(['answer', 'request']), '', Math.floor(round.between(0, 12)));
}

/** SIGSTOP for one and a half to five leases: where the process is, or between an effect and its record. */
export async function freezeSomebody(round: Round, where: 'anywhere' | 'behind an effect'): Promise<void> {
  const slot = round.crew.take();
  if (slot === undefined) return;
  const isThere = where === 'behind an effect' && (await standAt(slot, 'after body *#1'));
  slot.process.freeze();
  round.tally.fault(isThere ? 'freeze between effect and record' : 'freeze');
  await pause(round.between(1.5, 5) * LEASE_MS);
  if (isThere) slot.process.release();
  slot.process.thaw();
  slot.isTaken = false;
}

/** Whether the process came to the point, and stands there. */
async function standAt({ process }: Slot, point: string): Promise<boolean> {
  const arming = process.arm(point).then(
    () => process.reached().then(() => true),
    () => false,
  );
  const isThere = await Promise.race([arming, pause(PATIENCE_MS).then(() => false)]);
  if (isThere || process.isStanding) return true;
  void disarm(process);
  return false;
}

/** It may come there at this very moment: then it goes on. */
async function disarm(process: WorkerProcess): Promise<void> {
  const disarming = process.arm().catch(() => undefined);
  await Promise.race([disarming, pause(1_000)]);
  if (process.isStanding) process.release();
}
