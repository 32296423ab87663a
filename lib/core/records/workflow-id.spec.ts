import { VirtualClock } from '../time/index.js';
import { newWorkflowId } from './workflow-id.js';

describe('newWorkflowId', () => {
  it('is a UUID of version 7', () => {
    expect(newWorkflowId()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it('begins with the time', () => {
    const clock = new VirtualClock({ start: '2026-01-01' });

    const digits = newWorkflowId(clock).replaceAll('-', '').slice(0, 12);

    expect(Number.parseInt(digits, 16)).toBe(Date.UTC(2026, 0, 1));
  });

  it('sorts by the time it was made', async () => {
    const clock = new VirtualClock();
    const ids: string[] = [];
    for (let index = 0; index < 5; index++) {
      ids.push(newWorkflowId(clock));
      await clock.advance('1ms');
    }

    expect([...ids].sort()).toEqual(ids);
  });

  it('is never the same twice', () => {
    const clock = new VirtualClock();
    const ids = Array.from({ length: 1_000 }, () => newWorkflowId(clock));

    expect(new Set(ids).size).toBe(1_000);
  });
});
