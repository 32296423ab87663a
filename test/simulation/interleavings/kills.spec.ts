import { Cluster, scaled, sweep } from '../cluster.js';
import { staged } from '../workflows/stage.js';

const STRIDE = Math.max(1, Math.round(60 / scaled(1_200)));

/** Reference programs, small enough for a kill at every single step. */
const PROGRAMS: Readonly<Record<string, Parameters<typeof staged>[1]>> = {
  'three steps in a row': async (stage) => [await stage.step('a'), await stage.step('b'), await stage.step('c')],

  'parallel branches': async (stage) =>
    Promise.all(
      [0, 1, 2].map(async (branch) => [
        await stage.step(`b${branch}`),
        stage.ctx.random(),
        await stage.step(`c${branch}`),
        stage.ctx.random(),
      ]),
    ),

  'a saga that fails at its fifth step': async (stage) => {
    for (const name of ['t1', 't2', 't3', 't4']) await stage.reversible(name);
    return stage.reversible('t5', { failures: 9 }, {}, { retry: 1 });
  },

  'steps that may run once at most': async (stage) => {
    const once = (name: string): Promise<string> =>
      stage.step(name, {}, { atMostOnce: true }).catch(() => 'interrupted');
    return [await once('o1'), await Promise.all([once('o2'), once('o3')])];
  },

  'transactional steps': async (stage) => [
    await stage.transaction('x1'),
    await stage.step('between'),
    await stage.transaction('x2'),
  ],

  'sleep and a stored retry': async (stage) => {
    await stage.ctx.sleep('nap', '3s');
    return stage.step(
      'stubborn',
      { failures: 1 },
      { retry: { attempts: 3, backoff: { delay: '2s' }, inProcessBelow: '1s' } },
    );
  },

  generations: async (stage) => {
    await stage.step('work');
    if (stage.ctx.generation < 3) stage.ctx.continueAsNew({});
    return stage.ctx.generation;
  },

  'a child that is undone': async (stage) => {
    const undo = stage.undoOf('kid');
    await stage.ctx.executeChild('kid', {}, { name: 'kid', compensate: undo });
    stage.ctx.fail('on purpose');
  },
};

const kid = staged('kid', (stage) => stage.reversible('k'));

describe('A process killed at any step of the simulation', () => {
  it.each(Object.keys(PROGRAMS))('does no harm to %s', async (program) => {
    const play = PROGRAMS[program] as Parameters<typeof staged>[1];
    const places = await sweep(
      async () => {
        const cluster = new Cluster({ definitions: [staged('program', play), kid] });
        cluster.process('a');
        cluster.process('b');
        await cluster.create('program', 'p');
        return cluster;
      },
      (cluster, place) => {
        const { world } = cluster;
        // Whoever executes it; while nobody does, whoever was last to do anything.
        const owner = cluster.record('p').workerId;
        const victim =
          world.alive.find((process) => process.options.workerId === owner) ??
          world.alive.find((process) => process.loop === world.scheduler.lastLoop);
        if (victim === undefined) return;
        victim.crash();
        cluster.process(place % 2 === 0 ? victim.options.workerId : 'c');
      },
      undefined,
      STRIDE,
    );

    expect(places).toBeGreaterThan(20);
  });
});

describe('Nine of ten finished parallel steps', () => {
  it('survive a kill while the tenth runs', async () => {
    const cluster = new Cluster({
      definitions: [
        staged('ten', async (stage) =>
          Promise.all(
            Array.from({ length: 10 }, (_, index) => stage.step(`s${index}`, { takesMs: index === 9 ? 60_000 : 10 })),
          ),
        ),
      ],
    });
    const first = cluster.process('a');
    await cluster.create('ten', 't');
    await cluster.until(() => cluster.ended('s8') === 1, 'nine ends');
    await cluster.pass(1_000);
    first.crash();
    cluster.process('b');
    await cluster.finish();

    for (let index = 0; index < 9; index++) expect(cluster.begun(`s${index}`)).toBe(1);
    expect(cluster.begun('s9')).toBe(2);
  });
});

describe('A kill between a commit and its publication', () => {
  it('loses no event and changes no order, wherever it comes', async () => {
    await sweep(
      async () => {
        const cluster = new Cluster({
          outbox: true,
          definitions: [
            staged('told', async (stage) => {
              await stage.reversible('a');
              // Long enough for a relay to come round while it lasts.
              await stage.ctx.sleep('nap', 2_500);
              stage.ctx.fail('on purpose');
            }),
          ],
        });
        cluster.process('a');
        await cluster.create('told', 't');
        return cluster;
      },
      (cluster) => {
        for (const process of cluster.world.alive) process.crash();
        cluster.process('b');
      },
      undefined,
      STRIDE,
    );
  });
});
