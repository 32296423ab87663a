import { GroupedReads } from './grouped-reads.js';

describe('Reads that are grouped', () => {
  const statements: (readonly number[])[] = [];
  const reads = new GroupedReads<number, string>(async (keys) => {
    statements.push(keys);
    if (keys.includes(13)) throw new Error('No such key can be.');
    return keys.map((key) => `value ${key}`);
  });

  beforeEach(() => {
    statements.length = 0;
  });

  it('of one turn are one statement, and each caller gets the value of its own key', async () => {
    expect(await Promise.all([3, 1, 2].map((key) => reads.get(key)))).toEqual(['value 3', 'value 1', 'value 2']);
    expect(statements).toEqual([[3, 1, 2]]);
  });

  it('of later turns are asked for anew, because what is stored may have changed', async () => {
    await reads.get(1);
    await reads.get(1);

    expect(statements).toEqual([[1], [1]]);
  });

  it('stand each for itself when one of them fails', async () => {
    const answers = await Promise.allSettled([1, 13, 2].map((key) => reads.get(key)));

    expect(answers).toEqual([
      { status: 'fulfilled', value: 'value 1' },
      { status: 'rejected', reason: new Error('No such key can be.') },
      { status: 'fulfilled', value: 'value 2' },
    ]);
  });

  it('are at most a hundred to a statement', async () => {
    await Promise.all(Array.from({ length: 250 }, (_, key) => reads.get(100 + key)));

    expect(statements.map((keys) => keys.length)).toEqual([100, 100, 50]);
  });
});
