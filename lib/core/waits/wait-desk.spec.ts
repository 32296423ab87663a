import type { SignalRecord } from '../records/index.js';
import { WaitDesk, type OpenCondition, type ReadSignal } from './wait-desk.js';

const signal = (id: string, receivedAt: number, facts: Partial<SignalRecord> = {}, payload?: unknown): ReadSignal => ({
  record: { id, seq: receivedAt, name: 'letter', workflowId: 'w', receivedAt, ...facts },
  payload,
});

const letter = (facts: Partial<Extract<OpenCondition, { kind: 'signal' }>> = {}): OpenCondition => ({
  kind: 'signal',
  key: 'signal',
  signal: 'letter',
  ...facts,
});

const timer = (dueAt: number, key = 'timer'): OpenCondition => ({ kind: 'timer', key, dueAt });

/** A desk with its waits, and what ended them, in order. */
function deskOf(waits: Readonly<Record<string, readonly OpenCondition[]>>): { desk: WaitDesk; ended: string[] } {
  const desk = new WaitDesk();
  const ended: string[] = [];
  for (const [name, conditions] of Object.entries(waits)) {
    desk.add({
      name,
      conditions,
      registeredAt: 1,
      onDue: (key) => void ended.push(`${name} by ${key}`),
      onSignal: (key, taken) => void ended.push(`${name} by ${key} ${taken.id}`),
    });
  }
  return { desk, ended };
}

describe('A wait', () => {
  it('is ended by a signal that was received by its instant, although it is judged later', () => {
    const { desk, ended } = deskOf({ w: [timer(100), letter()] });

    desk.judge([signal('in time', 100)], 5_000);

    expect(ended).toEqual(['w by signal in time']);
  });

  it('is ended by its instant when the signal came after it', () => {
    const { desk, ended } = deskOf({ w: [timer(100), letter()] });

    desk.judge([signal('late', 101)], 5_000);

    expect(ended).toEqual(['w by timer']);
  });

  it('is ended by the earliest of its instants', () => {
    const { desk, ended } = deskOf({ w: [timer(300, 'third'), timer(100, 'first'), timer(200, 'second')] });

    desk.judgeTimers(1_000);

    expect(ended).toEqual(['w by first']);
  });

  it('that listens is not ended by an instant alone: a signal may have come before it', () => {
    const { desk, ended } = deskOf({ w: [timer(100), letter()] });

    desk.judgeTimers(5_000);

    expect(ended).toEqual([]);
    expect(desk.size).toBe(1);
  });

  it('is not ended before its instant', () => {
    const { desk, ended } = deskOf({ w: [timer(100)] });

    desk.judgeTimers(99);
    desk.judge([], 99);

    expect(ended).toEqual([]);
    expect(desk.nextDueAt()).toBe(100);
  });

  it('takes the earliest signal that fits its key and its match', () => {
    const { desk, ended } = deskOf({ w: [letter({ signalKey: 'a', match: (payload) => payload === 'yes' })] });

    desk.judge(
      [
        signal('other key', 1, { key: 'b' }, 'yes'),
        signal('no match', 2, { key: 'a' }, 'no'),
        signal('fits', 3, { key: 'a' }, 'yes'),
        signal('fits too', 4, { key: 'a' }, 'yes'),
      ],
      10,
    );

    expect(ended).toEqual(['w by signal fits']);
  });

  it('without a key takes any key from the mailbox, and none but no key from a topic', () => {
    const topic = { workflowId: undefined as never, key: 'k' };
    const { desk, ended } = deskOf({ w: [letter()] });

    desk.judge([signal('topic', 1, topic)], 10);
    desk.judge([signal('mailbox', 2, { key: 'k' })], 10);

    expect(ended).toEqual(['w by signal mailbox']);
  });
});

describe('A signal', () => {
  it('ends one wait, the one that began first', () => {
    const { desk, ended } = deskOf({ first: [letter()], second: [letter()] });

    desk.judge([signal('one', 1)], 10);

    expect(ended).toEqual(['first by signal one']);
  });

  it('ends no second wait when the inbox is read again before its consumption is stored', () => {
    const { desk, ended } = deskOf({ first: [letter()], second: [letter()] });

    desk.judge([signal('one', 1)], 10);
    desk.judge([signal('one', 1), signal('two', 2)], 11);

    expect(ended).toEqual(['first by signal one', 'second by signal two']);
  });
});
