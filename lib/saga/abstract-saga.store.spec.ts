import { jest } from '@jest/globals';
import { failure, OrderSaga, OrderSaga2, rejected, Story } from '../../test/utils/sagas.js';
import { VirtualClock } from '../core/time/index.js';
import {
  AbstractSaga,
  saga,
  SagaChild,
  SagaState,
  SagaVersionMismatchError,
  type SagaSnapshot,
  type SagaStore,
} from './index.js';

class TolerantSaga extends OrderSaga2 {
  override isCompatibleWith(version: number): boolean {
    return version < 3;
  }
}

/** A store over JSON, as a database would be. */
class JsonStore implements SagaStore {
  readonly states: string[] = [];
  text: string | undefined;

  save(_id: string, snapshot: SagaSnapshot): void {
    this.states.push(snapshot.state);
    this.text = JSON.stringify(snapshot);
  }

  async load(): Promise<SagaSnapshot | undefined> {
    return this.text === undefined ? undefined : (JSON.parse(this.text) as SagaSnapshot);
  }

  delete(): void {
    this.text = undefined;
  }
}

/** A process that stops when something is about to be stored for the nth time: what comes after never happens. */
class StoppingStore extends JsonStore {
  constructor(
    private readonly other: JsonStore,
    private left: number,
  ) {
    super();
    this.text = other.text;
  }

  override save(id: string, snapshot: SagaSnapshot): unknown {
    if (this.left-- <= 0) return new Promise(() => undefined);
    this.other.save(id, snapshot);
    return undefined;
  }
}

const brokenStore = (durable?: boolean) => ({
  ...(durable !== undefined && { durable }),
  save: () => Promise.reject(failure),
  load: (): SagaSnapshot | undefined => undefined,
  delete: () => undefined,
});

describe('AbstractSaga with a store', () => {
  it('saves every change of its state, takes the store in an object as well, and does nothing again', async () => {
    const store = new JsonStore();
    const story = new Story();

    await story.tell(new OrderSaga({ store })).execute();
    await story.tell(new OrderSaga(store)).execute();

    expect(store.states).toEqual(['running', 'running', 'running', 'running', 'completed']);
    expect(story.seen).toEqual(['a', 'b', 'c']);
  });

  it('refuses to go on with what another version has stored', async () => {
    const store = new JsonStore();
    const story = new Story();
    await story.tell(new OrderSaga(store)).execute();

    const error = await rejected(story.tell(new OrderSaga2(store)).execute());

    expect(error).toBeInstanceOf(SagaVersionMismatchError);
    expect(error).toMatchObject({ sagaId: 'order-1', expectedVersion: 2, storedVersion: 1 });
    await story.tell(new TolerantSaga(store)).execute();
    expect(story.seen).toEqual(['a', 'b', 'c']);
  });

  it('takes what has no version for its own, with a warning', async () => {
    const order = new Story().tell(
      new OrderSaga({
        save: () => undefined,
        load: () => ({ state: 'running', completed: [], compensated: [] }) as never,
        delete: () => undefined,
      }),
    );

    await order.execute();

    expect(order.warnings).toHaveLength(1);
  });

  it.each<[string, unknown, RegExp]>([
    ['text', '{"version":1}', /cannot be read: It is .*, not an object\. Let load\(\) answer what save\(\) was given/],
    ['a number', 5, /It is 5/],
    ['a list', [], /It is an array/],
    ['nothing of a saga', {}, /Its state is undefined/],
    ['a state that there is not', { version: 1, state: 'weird' }, /Its state is "weird", not one of pending, running/],
    ['a state without what was done', { version: 1, state: 'running' }, /Its list "completed" is undefined/],
    ['lists that are none', { version: 1, state: 'failed', compensated: 'a' }, /Its list "compensated" is "a"/],
    ['a step without a name', { version: 1, state: 'completed', completed: ['a'] }, /A step .* is "a"/],
    ['a version that is text', { version: '1', state: 'pending' }, /Its version is "1", not a positive integer/],
  ])('does nothing where its store answers %s', async (_, stored, message) => {
    const story = new Story();
    const order = story.tell(new OrderSaga({ ...brokenStore(), load: () => stored as never }));

    expect(await rejected(order.execute())).toMatchObject({
      code: 'WORKFLOW_PAYLOAD',
      message: expect.stringMatching(message) as string,
    });
    expect(story.seen).toEqual([]);
  });

  it('does nothing where it has no key', async () => {
    class Nameless extends OrderSaga {
      override getId(): string {
        return undefined as never;
      }
    }
    const story = new Story();

    await expect(story.tell(new Nameless(new JsonStore())).execute()).rejects.toThrow(
      /"Nameless" .* answers undefined/,
    );
    expect(story.seen).toEqual([]);
  });

  it('takes what is null in a table for what is not there', async () => {
    const stored = { version: 1, state: 'running', completed: [], compensated: [], failure: null, undoing: null };
    const story = new Story();

    await story.tell(new OrderSaga({ ...brokenStore(), load: () => stored as never })).execute();

    expect(story.seen).toEqual(['a', 'b', 'c']);
  });

  it.each([true, undefined])('does nothing while its store cannot tell what was done, durable: %s', async (durable) => {
    const load = jest.fn<() => SagaSnapshot | undefined>().mockImplementationOnce(() => {
      throw failure;
    });
    const story = new Story();
    const order = story.tell(new OrderSaga({ ...brokenStore(durable), save: () => undefined, load }));

    expect(await rejected(order.execute())).toBe(failure);
    expect(story.seen).toEqual([]);
    await order.execute();
    expect(story.seen).toEqual(['a', 'b', 'c']);
  });

  it('tells that it had failed also where its store kept no reason', async () => {
    const order = new Story().tell(
      new OrderSaga({ ...brokenStore(), load: () => ({ version: 1, state: 'failed' }) as never }),
    );

    await expect(order.execute()).rejects.toThrow(/had failed before/);
  });

  it('goes on without a store that fails, with a warning each time', async () => {
    const order = new Story().tell(new OrderSaga(brokenStore()));

    await order.execute();

    expect(order.warnings).toEqual([failure, failure, failure, failure, failure]);
    expect(order.state).toBe(SagaState.COMPLETED);
  });

  it('warns by the process unless its class does otherwise', async () => {
    class PlainSaga extends AbstractSaga {
      override getId(): string {
        return 'plain-1';
      }
    }
    const warned = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);

    await new PlainSaga(brokenStore()).execute();

    expect(warned).toHaveBeenCalledWith('The saga "plain-1" could not be kept in its store: no', 'SagaStoreWarning');
    warned.mockRestore();
  });

  it('does nothing when a durable store fails at its beginning, and fails when it does so later', async () => {
    const story = new Story();
    await expect(story.tell(new OrderSaga(brokenStore(true))).execute()).rejects.toBe(failure);
    expect(story.seen).toEqual([]);

    let saves = 0;
    const store = { ...brokenStore(true), save: () => (++saves === 3 ? Promise.reject(failure) : undefined) };
    const order = story.tell(new OrderSaga(store));

    expect(await rejected(order.execute())).toMatchObject({ stepName: 'b', cause: failure });
    expect(story.seen).toEqual(['a', 'b', 'undo b', 'undo a']);
  });

  it('does not undo again what must not be undone twice and was begun before the process stopped', async () => {
    const store = new JsonStore();
    const story = new Story();
    story.idempotent = false;
    story.failing.add('c');
    // Its writes: running, a, b, compensating, the begin of b's undo; it stops when b was undone.
    void story.tell(new OrderSaga(new StoppingStore(store, 5))).execute();
    await new VirtualClock().advance(1);

    const error = await rejected(story.tell(new OrderSaga(store)).execute());

    expect(story.seen).toEqual(['a', 'b', 'c', 'undo b', 'undo a']);
    expect(error?.compensationErrors).toMatchObject([
      { stepName: 'b', message: expect.stringMatching(/interrupted/) as string },
    ]);
  });

  describe.each(['running', 'compensating'])(
    'found %s, with a completed step that its class no longer has',
    (state) => {
      const setUp = () => {
        const store = new JsonStore();
        const completed = [{ name: 'a', result: 'a!' }, { name: 'gone' }];
        const why = { stepName: 'c', error: { name: 'Error', message: 'no' } };
        store.text = JSON.stringify({ version: 1, state, completed, compensated: [], failure: why });
        const story = new Story();
        story.failing.add('c');
        return { story, order: story.tell(new OrderSaga(store), ['a', 'c']) };
      };

      it('tells that nobody could undo it', async () => {
        const { story, order } = setUp();

        const error = await rejected(order.execute());

        expect(error?.compensationErrors).toMatchObject([
          {
            stepName: 'gone',
            message: expect.stringMatching(/has no step of this name any more.*markCompensated\("gone"\)/) as string,
          },
        ]);
        expect(story.seen).toEqual(state === 'running' ? ['c', 'undo a'] : ['undo a']);
        expect([order.wasCompensated('gone'), order.isCompleted()]).toEqual([false, false]);
      });

      it('takes the word of somebody who has undone it', async () => {
        const { order } = setUp();
        order.markCompensated('gone');

        await rejected(order.execute());

        expect(order.isCompleted()).toBe(true);
      });
    },
  );

  it('does not run a child again that had completed', async () => {
    const story = new Story();
    const store = new JsonStore();
    const child = saga('child')
      .step('x', () => story.seen.push('x'))
      .build();
    const tell = (order: OrderSaga) => {
      order.addStep(
        new SagaChild(
          'child',
          child,
          () => undefined,
          () => story.seen.push('undo child'),
        ),
      );
      return story.tell(order, ['c']);
    };
    story.failing.add('c');
    // It stops before it is stored that it is undone.
    void tell(new OrderSaga(new StoppingStore(store, 2))).execute();
    await new VirtualClock().advance(1);

    await rejected(tell(new OrderSaga(store)).execute());

    expect(story.seen).toEqual(['x', 'c', 'c', 'undo child']);
  });

  describe.each<[string, string[], string[], string]>([
    ['completes', [], ['a', 'b', 'c'], 'completed'],
    ['fails', ['c'], ['a', 'b', 'c', 'undo b', 'undo a'], 'failed'],
    ['fails at once', ['a'], ['a'], 'failed'],
    ['fails, and cannot undo a step', ['c', 'undo b'], ['a', 'b', 'c', 'undo b', 'undo a'], 'failed'],
  ])('that %s', (_, failing, expected, state) => {
    it('goes on where it stopped, wherever that was, and keeps the order', async () => {
      for (let saves = 0; saves < 8; saves++) {
        const store = new JsonStore();
        const story = new Story();
        story.failing = new Set(failing);
        const first = story.tell(new OrderSaga(new StoppingStore(store, saves)));
        const end = first.execute().catch(() => undefined);
        await Promise.race([end, new VirtualClock().advance(1)]);

        const second = story.tell(new OrderSaga(store));
        await rejected(second.execute());

        expect([...new Set(story.seen)]).toEqual(expected);
        // Done again is what was done when the process stopped, and not yet stored; and what could not be undone.
        const again = story.seen.filter((what, index) => story.seen.indexOf(what) < index && !failing.includes(what));
        expect(again.length).toBeLessThanOrEqual(1);
        expect(second.state).toBe(state);
        expect(['a', 'b'].map((name) => second.wasCompensated(name))).toEqual(
          ['a', 'b'].map((name) => expected.includes(`undo ${name}`) && !failing.includes(`undo ${name}`)),
        );
      }
    });
  });
});
