import { PreparedTexts } from './prepared-texts.js';

describe('PreparedTexts', () => {
  it('builds a text once', () => {
    const texts = new PreparedTexts(true);
    let built = 0;
    const build = () => `SELECT ${(built += 1)}`;

    const first = texts.get('one', build);

    expect(texts.get('one', build)).toBe(first);
    expect(built).toBe(1);
  });

  it('names equal keys with different texts differently, within the server’s limit', () => {
    const key = 'a key that is much longer than a name may be, with / signs';
    const one = new PreparedTexts(true).get(key, () => 'SELECT 1');
    const two = new PreparedTexts(true).get(key, () => 'SELECT 2');

    expect(one.name).not.toBe(two.name);
    expect(one.name!.length).toBeLessThanOrEqual(63);
  });

  it('names statements anew while the tables grow, and then no more', () => {
    const texts = new PreparedTexts(true);
    const names = new Set<string | undefined>();
    for (let rows = 0; rows < 1_000_000; rows += 500) {
      names.add(texts.get('flush', () => 'SELECT 1').name);
      texts.noteRows(500);
    }

    expect(names.size).toBeGreaterThan(3);
    expect(names.size).toBeLessThan(10);
  });

  it('names nothing when statements are not to be kept', () => {
    expect(new PreparedTexts(false).get('one', () => 'SELECT 1')).toEqual({ text: 'SELECT 1' });
  });
});
