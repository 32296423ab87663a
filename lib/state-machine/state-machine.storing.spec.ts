import { VirtualClock } from '../core/time/index.js';
import { MemoryStore } from '../memory/index.js';
import { StateMachine, type StateMachineObjectOptions } from './state-machine.js';

type Lamp = 'off' | 'on' | 'broken';

const lamp = (more: Partial<StateMachineObjectOptions<Lamp>> = {}): StateMachineObjectOptions<Lamp> => ({
  id: 'lamp',
  name: 'lamps',
  initial: 'off',
  transitions: [
    { trigger: 'press', from: 'off', to: 'on' },
    { trigger: 'press', from: 'on', to: 'off' },
    { trigger: 'fall', from: ['off', 'on'], to: 'broken' },
  ],
  final: ['broken'],
  ...more,
});

describe('A StateMachine that is stored', () => {
  let store: MemoryStore;
  let stored: StateMachineObjectOptions<Lamp>;

  beforeEach(() => {
    store = new MemoryStore({ clock: new VirtualClock() });
    stored = lamp({ persistence: store.states });
  });

  it('is stored as ended where its table ends, so that it can be deleted', async () => {
    const machine = new StateMachine(stored);
    await machine.trigger('press');
    expect(await store.states.delete('lamp')).toBe(false);

    await machine.trigger('fall');

    expect(await store.states.load('lamp')).toMatchObject({ to: 'broken', ended: 'completed' });
    expect(await store.states.delete('lamp')).toBe(true);
  });

  it('writes through the codec what it is told', async () => {
    const codec = {
      id: 'hex',
      encode: (json: string) => Buffer.from(json).toString('hex'),
      decode: (text: string) => Buffer.from(text, 'hex').toString(),
    };
    const machine = new StateMachine({ ...stored, codec });

    await machine.trigger('press', {}, { metadata: { by: 'Ada' } });

    const { metadata = '', snapshot } = (await store.states.load('lamp')) ?? { snapshot: '' };
    expect([metadata, snapshot].map((text) => text.slice(0, 4))).toEqual(['hex:', 'hex:']);
    expect(JSON.parse(codec.decode(metadata.slice(4)))).toEqual({ metadata: { by: 'Ada' } });
  });

  it('keeps what its serializer keeps', async () => {
    const serializer = {
      serialize: (value: unknown) =>
        JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? `${part}n` : part)),
      deserialize: (text: string): unknown => JSON.parse(text),
    };
    const machine = new StateMachine({ ...stored, serializer });

    await machine.trigger('press', {}, { metadata: 7n });

    expect(await store.states.load('lamp')).toMatchObject({ metadata: '{"metadata":"7n"}' });
  });

  it.each([
    ['a bigint', 7n, 'WORKFLOW_PAYLOAD'],
    ['a Map', new Map([['by', 'Ada']]), 'WORKFLOW_PAYLOAD'],
    ['too much', 'x'.repeat(1_048_577), 'WORKFLOW_PAYLOAD_LIMIT'],
  ])('refuses %s in its metadata before it does anything', async (_, metadata, code) => {
    const left: string[] = [];
    const machine = new StateMachine({ ...stored, onExit: { off: () => left.push('off') } });

    await expect(machine.trigger('press', {}, { metadata })).rejects.toMatchObject({
      code,
      message: expect.stringContaining('metadata of "press" for the state machine "lamp"') as unknown,
    });

    expect([machine.state, machine.version, left]).toEqual(['off', 0, []]);
  });

  it('begins anew, and is told no conflict, after a transaction that took its transition back', async () => {
    const machine = new StateMachine(stored);
    const undone = store.transaction(async ({ handle }) => {
      await machine.trigger('press', {}, { transaction: handle });
      expect(await machine.trigger('press', {}, { transaction: handle })).toBe(true);
      throw new Error('undone');
    });
    await expect(undone).rejects.toThrow('undone');

    expect(await machine.trigger('press')).toBe(true);

    expect([machine.state, machine.version]).toEqual(['on', 1]);
  });

  it('shows what is stored once it has recovered from such a transaction, be it nothing', async () => {
    const machine = new StateMachine(stored);
    const undone = store.transaction(async ({ handle }) => {
      await machine.trigger('press', {}, { transaction: handle });
      throw new Error('undone');
    });
    await expect(undone).rejects.toThrow('undone');

    await expect(machine.recover()).rejects.toMatchObject({ code: 'WORKFLOW_NOT_FOUND' });

    expect([machine.state, machine.version]).toEqual(['off', 0]);
  });

  it('does not recover the transitions of another machine, nor into a state that its table has not', async () => {
    await new StateMachine(stored).trigger('press');
    const other = new StateMachine({ ...stored, name: 'doors' });
    const poorer = new StateMachine<string>({
      ...stored,
      transitions: [{ trigger: 'fall', from: 'off', to: 'broken' }],
    } as StateMachineObjectOptions<string>);

    await expect(other.recover()).rejects.toThrow(/"lamp" is stored as one of "lamps", not of "doors"/);
    await expect(poorer.recover()).rejects.toThrow(/"lamp" is stored in "on", which its table has not/);
    expect([other.state, poorer.state]).toEqual(['off', 'off']);
  });
});

describe('A guard of a StateMachine', () => {
  const guarded = (guard: () => unknown): StateMachine<Lamp> =>
    new StateMachine(
      lamp({ transitions: [{ trigger: 'fall', from: 'off', to: 'broken', guard: guard as () => boolean }] }),
    );

  it.each([
    ['a promise', () => Promise.resolve(false)],
    ['a promise that is rejected', () => Promise.reject(new Error('unseen'))],
    ['something to wait for', () => ({ then: () => undefined })],
  ])('may not answer %s', async (_, guard) => {
    const machine = guarded(guard);

    await expect(machine.trigger('fall')).rejects.toMatchObject({
      code: 'WORKFLOW_STATE_MACHINE',
      message: expect.stringMatching(/guard of "fall" .*"lamp" answered a promise/) as unknown,
    });
    expect(() => machine.can('fall')).toThrow(/answered a promise/);
    expect([machine.state, machine.version]).toEqual(['off', 0]);
  });

  it.each([
    [undefined, false],
    [null, false],
    [0, false],
    ['', false],
    ['yes', true],
    [1, true],
  ])('that answers %p says %p, as those of statecharts do', async (answer, taken) => {
    const machine = guarded(() => answer);

    expect([machine.can('fall'), await machine.trigger('fall')]).toEqual([taken, taken]);
  });
});
