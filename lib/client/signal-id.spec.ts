import { givenSignalId, scopedSignalId } from './signal-id.js';

describe('The stored id of a signal', () => {
  it('differs by the name and by the addressee', () => {
    const ids = [
      scopedSignalId('event-1', { name: 'paid' }),
      scopedSignalId('event-1', { name: 'shipped' }),
      scopedSignalId('event-1', { name: 'paid', workflowId: 'order-1' }),
      scopedSignalId('event-1', { name: 'paid', workflowId: 'order-2' }),
    ];

    expect(new Set(ids).size).toBe(4);
  });

  it('does not let a separator in one part pass for another part', () => {
    const one = scopedSignalId('x', { name: 'a|b', workflowId: 'c' });
    const other = scopedSignalId('x', { name: 'a', workflowId: 'b|c' });

    expect(one).not.toBe(other);
  });

  it.each(['event-1', 'a|b', '%7C'])('is shown as the id its sender chose: %s', (id) => {
    expect(givenSignalId(scopedSignalId(id, { name: 'pa|id', workflowId: 'order%1' }))).toBe(id);
  });

  it('is shown as it is when nobody chose it', () => {
    expect(givenSignalId('019b76da-a800-7000-8000-000000000000')).toBe('019b76da-a800-7000-8000-000000000000');
  });
});
