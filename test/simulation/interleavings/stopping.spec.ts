import { Cluster } from '../cluster.js';
import { staged } from '../workflows/stage.js';

describe('A cancel', () => {
  it('that the record of a step brings back keeps the next one from starting', async () => {
    const cluster = new Cluster({
      faults: { lostHint: 1 },
      definitions: [staged('chain', async (stage) => [await stage.step('a', { takesMs: 10 }), await stage.step('b')])],
    });
    cluster.process('a');
    await cluster.create('chain', 'c');
    cluster.world.network.script = (operation) => (operation === 'flush' ? { requestMs: 500 } : undefined);
    await cluster.until(() => cluster.ended('a') === 1, 'the end of the first step');
    cluster.driver.cancel(0, 'c');
    await cluster.until(() => cluster.isOver, 'its end');
    await cluster.finish();

    expect(cluster.begun('b')).toBe(0);
    expect(cluster.record('c').status).toBe('cancelled');
  });

  it('reaches a body by the next renewal, when nobody hears of it', async () => {
    const cluster = new Cluster({
      faults: { lostHint: 1 },
      definitions: [staged('long', (stage) => stage.step('a', { takesMs: 600_000 }))],
    });
    cluster.process('a');
    await cluster.create('long', 'l');
    // No write is left to bring the cancel back.
    await cluster.until(() => cluster.journal('l').includes('$start:a'), 'the step');
    await cluster.pass(1_000);
    const beganAt = cluster.world.scheduler.now;
    cluster.driver.cancel(0, 'l');
    await cluster.until(() => cluster.isOver, 'its end');

    expect(cluster.record('l').status).toBe('cancelled');
    expect(cluster.world.scheduler.now - beganAt).toBeLessThan(10_000);
  });

  it('that a renewal brings keeps a body from starting that waits for what was reported by the last owner', async () => {
    const cluster = new Cluster({
      faults: { lostHint: 1 },
      definitions: [staged('reported', (stage) => stage.step('a', { takesMs: 600_000 }, { heartbeatTimeout: '1h' }))],
    });
    const first = cluster.process('a');
    await cluster.create('reported', 'r');
    await cluster.until(() => cluster.begun('a') === 1, 'the step');
    first.crash();
    const reports: string[] = [];
    cluster.world.network.script = (operation) => {
      if (operation === 'readProgress') reports.push(operation);
      if (operation === 'readProgress') return { answerMs: 8_000 };
      // The reason of the cancel comes later still.
      return operation === 'find' ? { answerMs: 20_000 } : undefined;
    };
    cluster.process('b');
    await cluster.until(() => reports.length > 0, 'the reading of the report');
    cluster.driver.cancel(0, 'r');
    await cluster.until(() => cluster.isOver, 'its end');
    await cluster.finish();

    expect(cluster.begun('a')).toBe(1);
    expect(cluster.record('r').status).toBe('cancelled');
  });

  it('is recorded before what is undone because of it', async () => {
    const cluster = new Cluster({
      definitions: [
        staged('saga', async (stage) => {
          await stage.reversible('t1');
          await stage.step('long', { takesMs: 600_000 });
        }),
      ],
    });
    const first = cluster.process('a');
    await cluster.create('saga', 's');
    await cluster.until(() => cluster.begun('long') === 1, 'the second step');
    cluster.driver.cancel(0, 's');
    await cluster.until(() => cluster.world.ledger.effects.some(({ kind }) => kind === 'undo'), 'the undo');
    expect(cluster.journal('s')).toContain('$cancel');
    first.crash();
    cluster.process('b');
    await cluster.finish();

    expect(cluster.record('s').status).toBe('cancelled');
    expect(cluster.begun('long')).toBe(1);
  });
});

describe('A signal to an instance that is working', () => {
  it('is found by the next renewal, when nobody hears of it', async () => {
    const cluster = new Cluster({
      faults: { lostHint: 1 },
      // Whoever gave its lease back now would have to begin the body again.
      worker: { warmInstances: 0 },
      definitions: [
        staged('both', async (stage) => {
          const long = stage.step('long', { takesMs: 600_000 });
          await stage.ctx.waitForSignal('w', 'letter');
          await Promise.race([long, stage.step('after')]);
        }),
      ],
    });
    cluster.process('a');
    await cluster.create('both', 'b');
    await cluster.until(() => cluster.journal('b').includes('$wait:w'), 'the wait');
    await cluster.pass(1_000);
    cluster.driver.signal(0, { workflowId: 'b', name: 'letter', payload: '1' });
    await cluster.until(() => cluster.begun('after') === 1, 'what follows the signal', 10_000);
    await cluster.finish();

    expect(cluster.begun('long')).toBe(1);
  });
});

describe('A parallel step that still runs when the run fails', () => {
  it('is awaited, recorded and undone', async () => {
    const cluster = new Cluster({
      definitions: [
        staged('saga', (stage) =>
          Promise.all([
            stage.reversible('slow', { takesMs: 300, isDeaf: true }),
            stage.step('wrong', { failures: 9, takesMs: 10 }, { retry: 1 }),
          ]),
        ),
      ],
    });
    cluster.process('a');
    await cluster.create('saga', 's');
    await cluster.finish();

    expect(cluster.journal('s')).toEqual(['$start:slow', 'wrong', 'slow', '$failure', '$compensate:slow']);
  });
});

describe('A body that runs for long', () => {
  it('has its start recorded, so that it counts as possibly done', async () => {
    const cluster = new Cluster({ definitions: [staged('long', (stage) => stage.step('a', { takesMs: 5_000 }))] });
    cluster.process('a');
    await cluster.create('long', 'l');
    await cluster.until(() => cluster.isOver, 'its end');

    expect(cluster.journal('l')).toEqual(['$start:a', 'a']);
  });
});

describe('A next generation', () => {
  it('has children of its own', async () => {
    const cluster = new Cluster({
      definitions: [
        staged('generations', async (stage, input: { seen: string[] }) => {
          const child = await stage.ctx.startChild('kid', { generation: stage.ctx.generation });
          await child.result();
          if (stage.ctx.generation < 3) stage.ctx.continueAsNew({ seen: [...input.seen, child.id] });
          return [...input.seen, child.id];
        }),
        staged('kid', (stage) => stage.step('k')),
      ],
    });
    cluster.process('a');
    await cluster.create('generations', 'g', { seen: [] });
    await cluster.finish();

    expect(cluster.output('g')).toEqual(['g/kid#0', 'g/kid#0@2', 'g/kid#0@3']);
    expect(cluster.begun('k')).toBe(3);
  });

  it.each([
    ['a step that could have to be undone', async (stage) => void (await stage.reversible('t1')), /to be undone/],
    ['a call that nobody awaited', (stage) => void stage.step('open', { takesMs: 100 }), /had not ended/],
  ] as readonly [string, Parameters<typeof staged>[1], RegExp][])('is refused behind %s', async (_, play, reason) => {
    const cluster = new Cluster({
      definitions: [
        staged('early', async (stage, input) => {
          await play(stage, input);
          stage.ctx.continueAsNew({});
        }),
      ],
    });
    cluster.process('a');
    await cluster.create('early', 'e');
    await cluster.finish();

    const { status, generation, error } = cluster.record('e');
    expect([status, generation]).toEqual(['failed', 1]);
    expect(error).toMatch(reason);
  });
});

describe('A worker that is stopped', () => {
  it('gives back at once what a poll has claimed for it meanwhile', async () => {
    const cluster = new Cluster({ definitions: [staged('chain', (stage) => stage.step('a', { takesMs: 10 }))] });
    const stopping = cluster.process('a');
    await cluster.pass(1_000);
    cluster.world.network.script = (operation) => (operation === 'poll' ? { answerMs: 500 } : undefined);
    await cluster.create('chain', 'c');
    await cluster.until(() => cluster.record('c').workerId !== undefined, 'its claim');
    stopping.stop();
    await cluster.until(() => !stopping.isAlive, 'the end of the process');

    expect(cluster.record('c')).toMatchObject({ workerId: undefined, crashes: 0 });
    cluster.process('b');
    await cluster.finish();
  });
});
