import { VirtualClock } from '../core/time/index.js';
import type { GraphEvent } from './graph-stream.js';
import { watchRun } from './run-watch.js';

describe('A watched run', () => {
  it('is told from its first visit again when it was restarted, also where nobody looked while it had ended', async () => {
    const clock = new VirtualClock();
    const looks = [
      { generation: 1, visits: ['a#1', 'b#1'], status: 'running' },
      { generation: 2, visits: ['a#1'], status: 'running' },
      { generation: 2, visits: ['a#1', 'b#1', 'c#1'], status: 'completed' },
    ];
    let at = -1;
    const store = { find: async () => ({ status: looks[++at]?.status }) };
    const read = async () => {
      const { generation, visits, status } = looks[at] as (typeof looks)[number];
      return { generation, visits: visits.map((visit) => ({ visit })), result: { status, terminatedAt: 'c' } };
    };
    const told: (string | undefined)[] = [];
    const listener = {
      tell: (event: GraphEvent) => void told.push('visit' in event ? event.visit : event.type),
      room: () => undefined,
    };
    const services = { store, clock, bus: { subscribe: () => () => undefined } } as never;
    const watching = watchRun(services, 'r', { read: read as never }, listener, new AbortController().signal);
    while (at < looks.length - 1) await clock.advance(250);
    await watching;

    expect(told).toEqual(['a#1', 'b#1', 'a#1', 'b#1', 'c#1', 'ended']);
  });
});
