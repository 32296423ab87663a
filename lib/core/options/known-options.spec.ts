import { isWorkflowOptionsError } from '../errors/index.js';
import { knownOptions, refuseUnknownOptions } from './known-options.js';

interface Options {
  readonly timeout?: string;
  readonly heartbeatTimeout?: string;
  readonly retry?: number;
  readonly id?: string;
}

const known = knownOptions<Options>({ timeout: true, heartbeatTimeout: true, retry: true, id: true });

function refusal(given: unknown, path?: string): string {
  try {
    refuseUnknownOptions(given, known, 'step "charge"', path);
  } catch (error) {
    expect(isWorkflowOptionsError(error)).toBe(true);
    return (error as Error).message;
  }
  return 'nothing was refused';
}

describe('Options', () => {
  it.each([undefined, {}, { timeout: '1s' }, { id: undefined }, Object.create(null) as object])(
    'are taken where every one of them is known: %p',
    (given) => {
      expect(refusal(given)).toBe('nothing was refused');
    },
  );

  it('that are unknown are refused by their place, with what was probably meant and what there is', () => {
    expect(refusal({ retry: 1, tiemout: '5s' })).toBe(
      'The option "tiemout of step "charge"" has the value "5s". It must be left out, because there is no such option. ' +
        'Did you mean "timeout"? Known are timeout, heartbeatTimeout, retry, id.',
    );
  });

  it.each([
    ['ID', 'id'],
    ['retries', 'retry'],
    ['heartbeat', 'heartbeatTimeout'],
    ['timeOut', 'timeout'],
  ])('that are called %s were probably meant to be %s', (given, meant) => {
    expect(refusal({ [given]: 1 })).toContain(`Did you mean "${meant}"?`);
  });

  it('that are like no other come without a guess', () => {
    expect(refusal({ concurrency: 1 })).not.toContain('Did you mean');
  });

  it('are not those that every object has', () => {
    expect(refusal({ constructor: 1 })).toContain('"constructor of step');
  });

  it('that are inherited count as well, because they are read as well', () => {
    expect(refusal(Object.create({ retires: 1 }))).toContain('"retires of step');
  });

  it('inside others are named by their path', () => {
    expect(refusal({ retires: 1 }, 'child')).toContain('"child.retires of step "charge""');
  });

  it.each([
    ['a text', 'order-1', '"order-1"'],
    ['a number', 3, '3'],
    ['null', null, 'null'],
    ['an array', [], 'an array'],
  ])('are an object, not %s', (_what, given, shown) => {
    expect(refusal(given)).toContain(
      `"options of step "charge"" has the value ${shown}. It must be an object with: timeout, heartbeatTimeout, retry, id`,
    );
  });
});
