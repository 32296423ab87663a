import { TransformPipe } from './transform-pipe.js';

describe('TransformPipe', () => {
  const double = (value: number) => value * 2;
  const failure = new TypeError('no');
  const fail = (): number => {
    throw failure;
  };

  it('answers what it is given when it is empty', async () => {
    const given = {};

    expect(await new TransformPipe<object>().execute(given)).toBe(given);
  });

  it('hands the value from step to step, whether they answer at once or later, typed from step to step', async () => {
    const pipe = new TransformPipe<string>()
      .pipe((text) => text.length)
      .pipe(async (length) => length + 1)
      .pipe((sum) => [sum]);

    const result: number[] = await pipe.execute('abc');

    expect(result).toEqual([4]);
  });

  it('is never changed by what is added to it', async () => {
    const first = new TransformPipe<number>().pipe(double);
    first.pipe(double);
    first.tap(fail);
    first.catch(() => 0);

    expect(await first.execute(1)).toBe(2);
    await expect(first.pipe(fail).execute(1)).rejects.toBe(failure);
  });

  it.each([
    [10, 20],
    [1, 1],
  ])('takes a conditional step only where its predicate holds: %d gives %d', async (value, expected) => {
    expect(await new TransformPipe<number>().pipeIf((given) => given > 5, double).execute(value)).toBe(expected);
    expect(await new TransformPipe<number>().pipeIf(async (given) => given > 5, double).execute(value)).toBe(expected);
  });

  it('forwards the value past a tap, whose answer is dropped and which is awaited', async () => {
    const seen: number[] = [];
    const pipe = new TransformPipe<number>()
      .tap(async (value) => {
        await Promise.resolve();
        seen.push(value);
      })
      .tap((value) => seen.push(value + 100))
      .pipe(double);

    expect(await pipe.execute(3)).toBe(6);
    expect(seen).toEqual([3, 103]);
  });

  it('forwards the further arguments of execute to each step', async () => {
    const seen: unknown[] = [];
    const pipe = new TransformPipe<number>()
      .pipe((value, { add }) => value + (add as number))
      .tap((_, options) => seen.push(options))
      .pipeIf(
        () => true,
        (value, { add }) => value * (add as number),
      );

    expect(await pipe.execute(1, { add: 3 })).toBe(12);
    expect(seen).toEqual([{ add: 3 }]);
  });

  describe('when a step throws', () => {
    it('throws the error on, unchanged, without a handler', async () => {
      await expect(new TransformPipe<number>().pipe(fail).execute(1)).rejects.toBe(failure);
      await expect(new TransformPipe<number>().pipe(async () => Promise.reject(failure)).execute(1)).rejects.toBe(
        failure,
      );
    });

    it('hands error and last value to the handler, whose answer is the result; the steps left are not run', async () => {
      const handled: unknown[] = [];
      let wasRun = false;
      const pipe = new TransformPipe<number>()
        .pipe(double)
        .pipe(fail)
        .catch(async (error, value) => {
          handled.push(error, value);
          return -1;
        })
        .pipe((value) => {
          wasRun = true;
          return value;
        });

      expect(await pipe.execute(4)).toBe(-1);
      expect(handled).toEqual([failure, 8]);
      expect(wasRun).toBe(false);
    });

    it('throws what the handler throws', async () => {
      const second = new RangeError('worse');
      const pipe = new TransformPipe<number>().pipe(fail).catch(() => {
        throw second;
      });

      await expect(pipe.execute(1)).rejects.toBe(second);
    });
  });

  it('may be begun with steps and a handler, in one object or one after the other', async () => {
    const handled = (error: Error, value: unknown) => `${error.message} at ${String(value)}`;

    expect(await new TransformPipe<number>({ steps: [double, double] }).pipe(double).execute(1)).toBe(8);
    expect(await new TransformPipe<number>([double, double]).execute(1)).toBe(4);
    expect(await new TransformPipe<number>({ steps: [double, fail], errorHandler: handled }).execute(1)).toBe(
      'no at 2',
    );
    expect(await new TransformPipe<number>([double, fail], handled).execute(1)).toBe('no at 2');
  });

  it.each<[string, () => unknown]>([
    ['step 1 of TransformPipe', () => new TransformPipe([5 as never])],
    ['step 2 of TransformPipe', () => new TransformPipe<number>().pipe(double).pipe(undefined as never)],
    ['predicate of pipeIf', () => new TransformPipe<number>().pipeIf(true as never, double)],
    ['step of pipeIf', () => new TransformPipe<number>().pipeIf(() => true, 'x' as never)],
    ['side effect of tap', () => new TransformPipe<number>().tap(null as never)],
    ['handler of catch', () => new TransformPipe<number>().catch(7 as never)],
    ['error handler of TransformPipe', () => new TransformPipe([double], 7 as never)],
    ['step of TransformPipe', () => new TransformPipe({ step: [] } as never)],
  ])('refuses a %s that is wrong, where it is given', (option, build) => {
    expect(build).toThrow(`The option "${option}" has the value`);
  });

  it('hands an error to its handler, whatever was thrown', async () => {
    const pipe = new TransformPipe<number>()
      .pipe(() => {
        // eslint-disable-next-line @typescript-eslint/only-throw-error -- what is no error is what this is about
        throw 'text';
      })
      .catch((error) => error);

    expect(await pipe.execute(1)).toMatchObject({ message: expect.stringContaining('text') as string, cause: 'text' });
  });

  it('keeps its steps as they are', () => {
    const { steps } = new TransformPipe([(value: never) => value]) as unknown as { steps: unknown[] };

    expect(() => steps.push(1)).toThrow(TypeError);
  });
});
