import { WorkflowStoreError } from '../errors/index.js';
import { VirtualClock } from '../time/index.js';
import { readPatiently } from './read-patiently.js';

describe('readPatiently', () => {
  it('asks again until the store answers', async () => {
    const clock = new VirtualClock();
    let asked = 0;
    const read = async (): Promise<string> => {
      asked += 1;
      if (asked < 4) throw new WorkflowStoreError('cut');
      return 'answer';
    };

    const answer = readPatiently(clock, read, () => false);
    await clock.advance('1s');

    await expect(answer).resolves.toBe('answer');
    expect(asked).toBe(4);
  });

  it('gives up when the answer has become pointless', async () => {
    const error = new WorkflowStoreError('cut');
    const read = (): Promise<string> => Promise.reject(error);

    await expect(readPatiently(new VirtualClock(), read, () => true)).rejects.toBe(error);
  });

  it.each([
    ['a store that will never answer', new WorkflowStoreError('closed', { retryable: false })],
    ['a fault that is not the connection', new TypeError('wrong')],
  ])('throws %s at once', async (_, error) => {
    let asked = 0;
    const read = (): Promise<string> => {
      asked += 1;
      return Promise.reject(error);
    };

    await expect(readPatiently(new VirtualClock(), read, () => false)).rejects.toBe(error);
    expect(asked).toBe(1);
  });
});
