import { Workflow } from '../code-first/index.js';
import type { WorkflowContext, WorkflowDefinition } from '../core/definition/index.js';
import { assertReplayable } from './assert-replayable.js';
import { recordedJournal, type RecordedJournal } from './recorded-journal.js';
import { createTestEngine } from './test-engine.js';

type Run = WorkflowDefinition['run'];

const definition = (run: Run, name = 'own'): WorkflowDefinition => ({ name, version: 1, model: 'workflow', run });

const effects: string[] = [];
const effect = (name: string) => () => {
  effects.push(name);
  return name;
};

/** Runs code until it has nothing to do without a signal, and gives what it recorded, as a file would keep it. */
async function record(run: Run, also: WorkflowDefinition[] = []): Promise<RecordedJournal> {
  const engine = await createTestEngine({ definitions: [definition(run), ...also] });
  await engine.client.start('own', { a: 1 }, { id: 'x' });
  await engine.advance('2h');
  const journal = await recordedJournal(engine.store, 'x');
  await engine.close();
  effects.length = 0;
  return JSON.parse(JSON.stringify(journal)) as RecordedJournal;
}

const original: Run = async (ctx) => {
  const [first] = await Promise.all([ctx.step('first', effect('first')), ctx.step('beside', effect('beside'))]);
  await ctx.sleep('nap', '1h');
  const answer = await ctx.waitForSignal('answer', 'answer');
  return ctx.step('last', () => `${first} ${String(answer)}`);
};

@Workflow('own')
class OwnWorkflow {
  constructor(private readonly outside: { call(): string }) {}

  async run(ctx: WorkflowContext) {
    await ctx.step('first', () => this.outside.call());
    await ctx.step('second', () => this.outside.call());
  }
}

describe('assertReplayable', () => {
  it('accepts the code that was recorded, and runs no step of it', async () => {
    const journal = await record(original);

    await assertReplayable(journal, definition(original));

    expect(journal.entries.length).toBeGreaterThan(3);
    expect(effects).toEqual([]);
  });

  it('accepts a class without its dependencies', async () => {
    const journal = await record(async (ctx) => {
      await ctx.step('first', effect('first'));
    });

    await assertReplayable(journal, OwnWorkflow);
  });

  it('runs no step that comes after what is recorded', async () => {
    const journal = await record(original);

    await assertReplayable({ ...journal, entries: journal.entries.slice(0, 1) }, definition(original));

    expect(effects).toEqual([]);
  });

  it('accepts a change behind patched()', async () => {
    const journal = await record(original);

    await assertReplayable(
      journal,
      definition(async (ctx, input: unknown) => {
        if (ctx.patched('greet')) await ctx.step('greet', effect('greet'));
        return original(ctx, input);
      }),
    );
  });

  it.each<[string, Run, RegExp]>([
    [
      'a renamed step',
      async (ctx) => {
        await ctx.step('primary', effect('primary'));
      },
      /recorded was step "first".*asked for was step "primary"/,
    ],
    [
      'a step put in front',
      async (ctx, input: unknown) => {
        await ctx.step('before', effect('before'));
        return original(ctx, input);
      },
      /recorded was step "first".*step "before"/,
    ],
    ['a removed step', async (ctx) => ctx.sleep('nap', '1h'), /recorded was step "first"/],
    ['an early end', () => undefined, /recorded was step "first".*the end of the run/],
    [
      'another kind under the same name',
      async (ctx) => {
        await Promise.all([ctx.sleep('first', '1h'), ctx.step('beside', effect('beside'))]);
      },
      /recorded was step "first"/,
    ],
  ])('refuses %s', async (_, run, message) => {
    const journal = await record(original);

    await expect(assertReplayable(journal, definition(run))).rejects.toThrow(message);
    expect(effects).toEqual([]);
  });

  describe('of a run that failed', () => {
    const failing: Run = async (ctx) => {
      await ctx.step('charge', effect('charge'), { compensate: effect('refund') });
      return ctx.fail('No stock.');
    };

    it('accepts the same failure, and undoes nothing', async () => {
      const journal = await record(failing);

      await assertReplayable(journal, definition(failing));

      expect(journal.record.status).toBe('failed');
      expect(effects).toEqual([]);
    });

    it('refuses code that does not fail any more', async () => {
      const journal = await record(failing);

      const mended = assertReplayable(
        journal,
        definition(async (ctx) => {
          await ctx.step('charge', effect('charge'), { compensate: effect('refund') });
        }),
      );

      await expect(mended).rejects.toThrow(/a failure of the run.*the end of the run/);
    });
  });

  it('knows the children it is told of', async () => {
    const child = definition(() => 'done', 'child');
    const parent: Run = async (ctx) => ctx.executeChild('child', { b: 2 });
    const journal = await record(parent, [child]);

    await assertReplayable(journal, definition(parent), { children: [child] });
    await expect(
      assertReplayable(
        journal,
        definition(async (ctx) => ctx.executeChild('child', { b: 3 })),
        { children: [child] },
      ),
    ).rejects.toThrow(/another input/);
  });

  it.each<[string, unknown, RegExp]>([
    [
      'nothing',
      undefined,
      /not what recordedJournal\(store, id\) answers.*record: must be an object; entries: must be an array/,
    ],
    ['an empty object', {}, /record: must be an object; entries: must be an array/],
    ['the text of a file', '{}', /a text, to be parsed first/],
    ['a journal as getJournal answers it', [], /record: must be an object/],
    ['a record without its fields', { record: {}, entries: [] }, /record\.id: must be a string; record\.name/],
  ])('says what is expected in the place of %s', async (_what, journal, message) => {
    const replay = assertReplayable(journal as RecordedJournal, definition(original));

    await expect(replay).rejects.toMatchObject({
      code: 'WORKFLOW_INPUT',
      message: expect.stringMatching(message) as string,
    });
  });

  it('says which entry is none', async () => {
    const { record: row, entries } = await record(original);

    await expect(
      assertReplayable({ record: row, entries: [...entries, { position: 'x' } as never] }, definition(original)),
    ).rejects.toThrow(`entries[${entries.length}].name: must be a string`);
  });

  it('reads no journal of an instance that is unknown', async () => {
    const engine = await createTestEngine({ definitions: [] });

    await expect(recordedJournal(engine.store, 'nobody')).rejects.toMatchObject({ code: 'WORKFLOW_NOT_FOUND' });
    await engine.close();
  });
});
