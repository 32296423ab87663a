import { VirtualClock } from '../core/time/index.js';
import type { GraphEvent } from './graph-stream.js';
import { watchRun } from './run-watch.js';

interface Look {
  readonly generation: number;
  /** An exclamation mark at its end says that it failed. */
  readonly visits: readonly string[];
  readonly status: string;
  /** Where it has changed between the look and the reading. */
  readonly readAs?: string;
}

/** What is told of a run that is found like this, one look after the other. */
async function told(looks: readonly Look[]): Promise<string[]> {
  const clock = new VirtualClock();
  let at = -1;
  const store = { find: async () => ({ status: looks[++at]?.status }) };
  const read = async () => {
    const { generation, visits, status, readAs = status } = looks[at] as Look;
    const shown = visits.map((visit) => ({ visit: visit.replace('!', ''), error: visit.endsWith('!') ? 'no' : null }));
    return { generation, visits: shown, result: { status: readAs, terminatedAt: 'c' } };
  };
  const events: string[] = [];
  const listener = {
    tell: (event: GraphEvent) =>
      void events.push('visit' in event ? event.visit + ('error' in event && event.error ? '!' : '') : event.type),
    room: () => undefined,
  };
  const services = { store, clock, bus: { subscribe: () => () => undefined } } as never;
  const watching = watchRun(services, 'r', { read: read as never }, listener, new AbortController().signal);
  while (at < looks.length - 1) await clock.advance(250);
  await watching;
  return events;
}

describe('A watched run', () => {
  it('is told from its first visit again when it was restarted, also where nobody looked while it had ended', async () => {
    const events = await told([
      { generation: 1, visits: ['a#1', 'b#1'], status: 'running' },
      { generation: 2, visits: ['a#1'], status: 'running' },
      { generation: 2, visits: ['a#1', 'b#1', 'c#1'], status: 'completed' },
    ]);

    expect(events).toEqual(['a#1', 'b#1', 'a#1', 'b#1', 'c#1', 'ended']);
  });

  it('is told once more of the visit that had failed and was made again, and of none before it', async () => {
    const events = await told([
      { generation: 1, visits: ['a#1', 'b#1', 'c#1!'], status: 'running' },
      { generation: 1, visits: ['a#1', 'b#1', 'c#1'], status: 'completed' },
    ]);

    expect(events).toEqual(['a#1', 'b#1', 'c#1!', 'c#1', 'ended']);
  });

  it('has not ended where it was retried before what it had done was read', async () => {
    const events = await told([
      { generation: 1, visits: ['a#1'], status: 'failed', readAs: 'running' },
      { generation: 1, visits: ['a#1', 'b#1'], status: 'completed' },
    ]);

    expect(events).toEqual(['a#1', 'b#1', 'ended']);
  });
});
