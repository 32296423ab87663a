import { VirtualClock } from '../../core/time/index.js';
import { Company } from './company.js';

describe('The company of a process', () => {
  const clock = new VirtualClock();
  let company: Company;

  beforeEach(() => {
    company = new Company(clock, 5_000);
  });

  it('is presumed until a question was answered by nobody', async () => {
    await clock.advance('1h');
    expect(company.isThere).toBe(true);
    company.noteAsked();
    await clock.advance(4_999);
    expect(company.isThere).toBe(true);
    await clock.advance(1);

    expect(company.isThere).toBe(false);
  });

  it('is there when somebody answers, and when somebody comes later', async () => {
    company.noteAsked();
    company.hear();
    await clock.advance('1h');
    expect(company.isThere).toBe(true);
    company.noteAsked();
    await clock.advance('1h');
    expect(company.isThere).toBe(false);
    company.hear();

    expect(company.isThere).toBe(true);
  });

  it('is asked about after a silence, unless there is none to ask', async () => {
    company.hear();
    await clock.advance(29_999);
    expect(company.isDoubtful(30_000)).toBe(false);
    await clock.advance(1);
    expect(company.isDoubtful(30_000)).toBe(true);
    company.noteAsked();
    await clock.advance(5_000);

    expect(company.isDoubtful(30_000)).toBe(false);
  });

  it('is presumed again by a process that listens anew', async () => {
    company.noteAsked();
    await clock.advance(5_000);
    company.presume();

    expect(company.isThere).toBe(true);
  });
});
