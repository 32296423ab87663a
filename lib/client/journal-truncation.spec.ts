import { journalEntry } from '../../test/utils/client-bench.js';
import type { JournalEntry } from '../core/records/index.js';
import { calledName, hasUndo, positionsToRetry, standingSteps } from './journal-truncation.js';

const failure = (position: number, causePosition?: number): JournalEntry =>
  journalEntry({
    position,
    name: '$failure',
    kind: 'failure',
    status: 'failed',
    calledAt: position - 1,
    ...(causePosition === undefined ? {} : { data: { causePosition } }),
  });

describe('The name of the call behind a marker', () => {
  it.each([
    ['start', '$start:charge', 'charge'],
    ['wait', '$wait:paid:today', 'paid:today'],
    ['wait', '$wait:$result:charge#0', '$result:charge#0'],
    ['retry', '$retry:charge:1#12', 'charge:1'],
    ['undo', '$compensate:charge', 'charge'],
  ] as const)('of a %s marker "%s" is "%s"', (kind, name, expected) => {
    expect(calledName({ kind, name })).toBe(expected);
  });
});

describe('What a retry removes from the journal', () => {
  it('is the failed step and the failure, not what succeeded before', () => {
    const journal = [
      journalEntry({ position: 1, name: 'reserve' }),
      journalEntry({ position: 2, name: 'charge', status: 'failed', calledAt: 1 }),
      failure(3, 2),
    ];

    expect(positionsToRetry(journal)).toEqual([2, 3]);
  });

  it('is everything that was called after the failure was handed over', () => {
    const journal = [
      journalEntry({ position: 1, name: 'charge', status: 'failed' }),
      journalEntry({ position: 2, name: '$patch:notify', kind: 'patch', calledAt: 1 }),
      journalEntry({ position: 3, name: 'notify', calledAt: 1 }),
      journalEntry({ position: 4, name: 'log', calledAt: 3 }),
      failure(5, 1),
    ];

    expect(positionsToRetry(journal)).toEqual([1, 2, 3, 4, 5]);
  });

  it('is not a parallel branch that was called before the failure and ended after it', () => {
    const journal = [
      journalEntry({ position: 1, name: 'left', status: 'failed' }),
      journalEntry({ position: 2, name: 'right', calledAt: 0 }),
      failure(3, 1),
    ];

    expect(positionsToRetry(journal)).toEqual([1, 3]);
  });

  it('is a step that was stopped because of the failure, and none that was stopped before it', () => {
    const stopped = { status: 'cancelled', data: { stopped: true } } as const;
    const journal = [
      journalEntry({ position: 1, name: 'both/fails', status: 'failed' }),
      journalEntry({ position: 2, name: 'both/waits', ...stopped }),
      journalEntry({ position: 3, name: 'other/fails', status: 'failed', calledAt: 2 }),
      journalEntry({ position: 4, name: 'other/waits', calledAt: 2, ...stopped }),
      failure(5, 3),
    ];

    expect(positionsToRetry(journal)).toEqual([3, 4, 5]);
    expect(positionsToRetry([...journal.slice(0, 4), failure(5)])).toEqual([5]);
  });

  it('is a parallel step that the end of the run aborted', () => {
    const journal = [
      journalEntry({ position: 1, name: '$start:right', kind: 'start', status: 'running' }),
      journalEntry({ position: 2, name: 'left', status: 'failed' }),
      journalEntry({ position: 3, name: 'right', status: 'cancelled' }),
      failure(4, 2),
    ];

    expect(positionsToRetry(journal)).toEqual([1, 2, 3, 4]);
  });

  it('is the start and the spent attempts of the failed step, and nobody else’s', () => {
    const journal = [
      journalEntry({ position: 1, name: '$start:charge', kind: 'start', status: 'running' }),
      journalEntry({ position: 2, name: '$start:reserve', kind: 'start', status: 'running' }),
      journalEntry({ position: 3, name: 'reserve' }),
      journalEntry({ position: 4, name: '$retry:charge#1', kind: 'retry', status: 'running' }),
      journalEntry({ position: 5, name: '$retry:charge#2', kind: 'retry', status: 'running' }),
      journalEntry({ position: 6, name: 'charge', status: 'timed_out', attempts: 3 }),
      failure(7, 6),
    ];

    expect(positionsToRetry(journal)).toEqual([1, 4, 5, 6, 7]);
  });

  it('is the failed outcome of a child together with the registration of its wait, not the child', () => {
    const journal = [
      journalEntry({ position: 1, name: 'charge#0', kind: 'child' }),
      journalEntry({ position: 2, name: '$wait:$result:charge#0', kind: 'wait', status: 'running', calledAt: 1 }),
      journalEntry({
        position: 3,
        name: '$result:charge#0',
        kind: 'arrival',
        status: 'failed',
        calledAt: 1,
        signalId: 's',
      }),
      failure(4, 3),
    ];

    expect(positionsToRetry(journal)).toEqual([2, 3, 4]);
  });

  it('is the registration of a wait for a signal that was open, because it ended with the run', () => {
    const journal = [
      journalEntry({
        position: 1,
        name: '$wait:paid',
        kind: 'wait',
        status: 'running',
        data: { dueAt: { $timeout: 9 } },
      }),
      journalEntry({ position: 2, name: '$wait:approved', kind: 'wait', status: 'running' }),
      journalEntry({ position: 3, name: 'charge', status: 'failed' }),
      failure(4, 3),
    ];

    expect(positionsToRetry(journal)).toEqual([1, 2, 3, 4]);
  });

  it('is not the stored instant of a sleep that goes on', () => {
    const journal = [
      journalEntry({
        position: 1,
        name: '$wait:night',
        kind: 'wait',
        status: 'running',
        data: { dueAt: { $timer: 9 } },
      }),
      journalEntry({ position: 2, name: 'charge', status: 'failed' }),
      failure(3, 2),
    ];

    expect(positionsToRetry(journal)).toEqual([2, 3]);
  });

  it('is the time-out of the run', () => {
    const journal = [
      journalEntry({ position: 1, name: 'reserve' }),
      journalEntry({ position: 2, name: '$deadline', kind: 'deadline', status: 'failed', calledAt: 1 }),
    ];

    expect(positionsToRetry(journal)).toEqual([2]);
  });

  it('is only the failure when the code failed by itself', () => {
    const journal = [journalEntry({ position: 1, name: 'reserve' }), failure(2)];

    expect(positionsToRetry(journal)).toEqual([2]);
  });
});

describe('Undoing', () => {
  it('is seen once one step was undone, or could not be', () => {
    const undo = journalEntry({ position: 3, name: '$compensate:reserve', kind: 'undo', status: 'failed' });

    expect(hasUndo([journalEntry({ position: 1, name: 'reserve' }), failure(2)])).toBe(false);
    expect(hasUndo([journalEntry({ position: 1, name: 'reserve' }), failure(2), undo])).toBe(true);
  });
});

describe('Steps whose effects stand', () => {
  it('are the completed and the possibly done ones that were not undone', () => {
    const journal = [
      journalEntry({ position: 1, name: 'reserve' }),
      journalEntry({ position: 2, name: '$start:charge', kind: 'start', status: 'running' }),
      journalEntry({ position: 3, name: 'charge', status: 'failed' }),
      journalEntry({ position: 4, name: '$start:ship', kind: 'start', status: 'running' }),
      journalEntry({ position: 5, name: 'pack' }),
      journalEntry({ position: 6, name: '$compensate:pack', kind: 'undo' }),
      journalEntry({ position: 7, name: '$compensate:reserve', kind: 'undo', status: 'failed' }),
    ];

    expect(standingSteps(journal)).toEqual(['reserve', 'ship']);
  });

  it('are possibly done where they were begun somewhere and stopped later', () => {
    const data = { stopped: true, uncertain: true };
    const journal = [
      journalEntry({ position: 1, name: '$start:charge', kind: 'start', status: 'running' }),
      journalEntry({ position: 2, name: 'charge', status: 'cancelled', data }),
      journalEntry({ position: 3, name: '$hook:charge:cleanup' }),
      journalEntry({ position: 4, name: '$start:$hook:ship:shouldSkip', kind: 'start', status: 'running' }),
    ];

    expect(standingSteps(journal)).toEqual(['charge']);
  });

  it('does not take an undo that was begun for a step', () => {
    const journal = [
      journalEntry({ position: 1, name: 'reserve', kind: 'step', status: 'completed' }),
      journalEntry({ position: 2, name: '$start:$compensate:reserve', kind: 'start', status: 'running' }),
    ];

    expect(standingSteps(journal)).toEqual(['reserve']);
  });
});
