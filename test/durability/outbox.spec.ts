import { testDatabaseUrl } from '../utils/postgres-fixture.js';
import { CrashBench } from './utils/crash-bench.js';
import { Findings } from './utils/invariants.js';
import { sweepSettings } from './utils/sweep.js';
import type { WorkerProcess } from './utils/worker-process.js';

/** The last of them all: the outcome's. */
const LAST = 'completed';

const POINTS = [
  ['before the first event is handed on', 'before event started#1'],
  ['after the first event was handed on', 'after event started#1'],
  ['when events are taken for publishing', 'after outbox#1'],
  ['between the commit of the outcome and its event', `before event ${LAST}#1`],
  ['between an event and the note that it was published', `after event ${LAST}#1`],
] as const;

describe('stored lifecycle events, their process killed', () => {
  let bench: CrashBench;
  let worker: WorkerProcess;

  beforeAll(async () => {
    bench = await CrashBench.create(testDatabaseUrl());
    worker = await bench.worker(sweepSettings('relay'));
  }, 60_000);

  afterAll(() => bench.dispose());

  it.each(POINTS)('arrive at least once, in order and under their ids: %s', async (_title, point) => {
    const id = point.replace('#', ' ');
    await worker.arm(point);
    const driving = worker.drive('chain', id).catch(() => undefined);
    await worker.reached();
    await worker.kill();
    await driving;
    worker = await bench.worker(sweepSettings('relay'));
    await worker.drive('chain', id);
    await worker.ask('drained');

    const findings = await Findings.of(bench);
    const events = findings.lines(id, 'event');
    const ends = events.filter(({ type }) => type === LAST);
    expect(new Set(ends.map(({ eventId }) => eventId))).toEqual(new Set([`${id}:1:${events.at(-1)?.seq}`]));
    expect(ends.length).toBeLessThanOrEqual(2);
    expect(findings.violations()).toEqual([]);
  });
});
