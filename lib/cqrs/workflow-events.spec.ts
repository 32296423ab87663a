import { Subject, map, mergeMap } from 'rxjs';
import { LifecycleBus, type LifecycleEvent, type StreamItem, type WorkflowLogger } from '../core/lifecycle/index.js';
import { WorkflowCompletedEvent, WorkflowLifecycleEvent, WorkflowStartedEvent } from './events/index.js';
import { WorkflowEvents } from './workflow-events.js';

function event(workflowId: string, seq: number, type: LifecycleEvent['type'] = 'started'): LifecycleEvent {
  const eventId = `${workflowId}:1:${seq}`;
  const at = Date.UTC(2026, 0, 1);
  return {
    type,
    eventId,
    seq,
    workflowId,
    workflowName: 'orders',
    version: 1,
    generation: 1,
    at,
    status: 'running',
    headers: {},
  };
}

class Log implements WorkflowLogger {
  readonly errors: string[] = [];
  debug() {}
  info() {}
  warn() {}
  error(_message: string, fields?: Readonly<Record<string, unknown>>) {
    this.errors.push(String(fields?.['error']));
  }
}

function world() {
  const log = new Log();
  const bus = new LifecycleBus<LifecycleEvent>(log);
  const stream = new LifecycleBus<StreamItem>(log);
  return { log, bus, stream, events: new WorkflowEvents(bus, stream, log) };
}

const turn = () => Promise.resolve();

describe('WorkflowEvents', () => {
  it('tells every event as an instance of its class, in order', () => {
    const { bus, events } = world();
    const seen: WorkflowLifecycleEvent[] = [];
    events.events$.subscribe((one) => seen.push(one));

    bus.publish(event('a', 1));
    bus.publish(event('b', 1));
    bus.publish(event('a', 2, 'completed'));

    expect(seen.map((one) => [one.constructor, one.eventId])).toEqual([
      [WorkflowStartedEvent, 'a:1:1'],
      [WorkflowStartedEvent, 'b:1:1'],
      [WorkflowCompletedEvent, 'a:1:2'],
    ]);
  });

  it('tells the events and the progress of one instance', () => {
    const { bus, stream, events } = world();
    const seen: unknown[] = [];
    events.of('a').subscribe(({ eventId }) => seen.push(eventId));
    events.streamOf('a').subscribe(({ payload }) => seen.push(payload));

    bus.publish(event('b', 1));
    bus.publish(event('a', 1));
    stream.publish({ workflowId: 'b', generation: 1, kind: 'emit', at: 0, payload: 'other' });
    stream.publish({ workflowId: 'a', generation: 1, kind: 'emit', at: 0, payload: 'half' });

    expect(seen).toEqual(['a:1:1', 'half']);
  });

  it('tells nothing any more after unsubscribing', () => {
    const { bus, events } = world();
    const seen: unknown[] = [];
    const subscription = events.of('a').subscribe((one) => seen.push(one));

    subscription.unsubscribe();
    bus.publish(event('a', 1));

    expect(seen).toEqual([]);
  });

  describe('when a subscriber throws', () => {
    it.each<[string, (events: WorkflowEvents, next: (event: WorkflowLifecycleEvent) => unknown) => void]>([
      ['itself', (events, next) => events.events$.subscribe((one) => void next(one))],
      [
        'behind operators',
        (events, next) =>
          events
            .of('a')
            .pipe(map((one) => one))
            .subscribe({ next: (one) => void next(one) }),
      ],
      // eslint-disable-next-line @typescript-eslint/no-misused-promises -- what users write
      ['asynchronously', (events, next) => events.of('a').subscribe(async (one) => void (await next(one)))],
    ])('%s, it is logged and still gets the next event', async (_, subscribe) => {
      const { log, bus, events } = world();
      const others: string[] = [];
      const seen: string[] = [];
      subscribe(events, ({ eventId }) => {
        seen.push(eventId);
        throw new Error(`no ${eventId}`);
      });
      events.events$.subscribe(({ eventId }) => others.push(eventId));

      bus.publish(event('a', 1));
      bus.publish(event('a', 2));
      await turn();

      expect(seen).toEqual(['a:1:1', 'a:1:2']);
      expect(others).toEqual(['a:1:1', 'a:1:2']);
      expect(log.errors).toEqual(['Error: no a:1:1', 'Error: no a:1:2']);
    });

    it('in an operator, it is logged, and the others still get theirs', () => {
      const { log, bus, events } = world();
      const others: string[] = [];
      const inner = new Subject<never>();
      events.events$.pipe(mergeMap(() => inner)).subscribe();
      events.events$.subscribe(({ eventId }) => others.push(eventId));

      bus.publish(event('a', 1));
      inner.error(new Error('inner'));
      bus.publish(event('a', 2));

      expect(others).toEqual(['a:1:1', 'a:1:2']);
      expect(log.errors).toEqual(['Error: inner']);
    });
  });
});
