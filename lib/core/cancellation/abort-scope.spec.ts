import { getEventListeners } from 'node:events';
import { AbortScope } from './abort-scope.js';

describe('AbortScope', () => {
  it('is not aborted at first', () => {
    const scope = new AbortScope();

    expect(scope.aborted).toBe(false);
    expect(scope.reason).toBeUndefined();
    expect(scope.signal.aborted).toBe(false);
    expect(() => scope.throwIfAborted()).not.toThrow();
  });

  it('keeps the first reason and hands it to its signal, unchanged', () => {
    const scope = new AbortScope();
    const reason = new TypeError('enough');
    const { signal } = scope;

    scope.abort(reason);
    scope.abort('later');

    expect(scope.reason).toBe(reason);
    expect(signal.aborted).toBe(true);
    expect(signal.reason).toBe(reason);
    expect(() => scope.throwIfAborted()).toThrow(reason);
  });

  it('gives an aborted signal to who asks after the abort, and the same signal each time', () => {
    const scope = new AbortScope();
    scope.abort('done');

    expect(scope.signal.aborted).toBe(true);
    expect(scope.signal.reason).toBe('done');
    expect(scope.signal).toBe(scope.signal);
  });

  describe('with children', () => {
    it('aborts what it contains, at any depth', () => {
      const scope = new AbortScope();
      const grandchild = scope.child().child();
      const { signal } = grandchild;

      scope.abort('stop');

      expect(grandchild.aborted).toBe(true);
      expect(signal.reason).toBe('stop');
    });

    it('is not aborted by a child, and neither are its other children', () => {
      const scope = new AbortScope();
      const first = scope.child();
      const second = scope.child();

      first.abort('timeout');

      expect(scope.aborted).toBe(false);
      expect(second.aborted).toBe(false);
    });

    it('gives an aborted child once it is aborted', () => {
      const scope = new AbortScope();
      scope.abort('stop');

      expect(scope.child().reason).toBe('stop');
    });

    it('leaves a disposed child alone', () => {
      const scope = new AbortScope();
      const child = scope.child();
      const { signal } = child;

      child.dispose();
      scope.abort('stop');

      expect(child.aborted).toBe(false);
      expect(signal.aborted).toBe(false);
    });

    it('leaves what a disposed child contains alone', () => {
      const scope = new AbortScope();
      const child = scope.child();
      const grandchild = child.child();

      child.dispose();
      scope.abort('stop');

      expect(grandchild.aborted).toBe(false);
    });
  });

  describe('onAbort', () => {
    it('calls every listener once, with the reason', () => {
      const scope = new AbortScope();
      const calls: unknown[] = [];
      const listener = (reason: unknown) => calls.push(reason);
      scope.onAbort(listener);
      scope.onAbort(listener);

      scope.abort('stop');
      scope.abort('again');

      expect(calls).toEqual(['stop', 'stop']);
    });

    it('does not call a listener that was removed, also by one called before it', () => {
      const scope = new AbortScope();
      const calls: string[] = [];
      scope.onAbort(() => {
        calls.push('first');
        removeSecond();
      });
      const removeSecond = scope.onAbort(() => calls.push('second'));
      const removeThird = scope.onAbort(() => calls.push('third'));

      removeThird();
      removeThird();
      scope.abort('stop');

      expect(calls).toEqual(['first']);
    });

    it('calls back a microtask later when the abort has happened already', async () => {
      const scope = new AbortScope();
      scope.abort('stop');
      const calls: unknown[] = [];

      scope.onAbort((reason) => calls.push(reason));
      const remove = scope.onAbort(() => calls.push('removed'));
      remove();
      expect(calls).toEqual([]);
      await Promise.resolve();

      expect(calls).toEqual(['stop']);
    });

    it('calls the others and aborts the children when a listener throws', () => {
      const scope = new AbortScope();
      const child = scope.child();
      const calls: string[] = [];
      scope.onAbort(() => {
        throw new RangeError('boom');
      });
      scope.onAbort(() => calls.push('second'));
      child.onAbort(() => calls.push('child'));

      expect(() => scope.abort('stop')).toThrow('boom');

      expect(calls).toEqual(['second', 'child']);
    });

    it('forgets its listeners when it is disposed', () => {
      const scope = new AbortScope();
      const calls: unknown[] = [];
      scope.onAbort((reason) => calls.push(reason));

      scope.dispose();
      scope.abort('stop');

      expect(calls).toEqual([]);
      expect(scope.aborted).toBe(true);
    });
  });

  describe('follow', () => {
    it('is aborted with a foreign signal', () => {
      const foreign = new AbortController();
      const scope = new AbortScope();
      scope.follow(foreign.signal);

      foreign.abort('gone');

      expect(scope.reason).toBe('gone');
    });

    it('is aborted at once by a signal that is aborted already', () => {
      const scope = new AbortScope();

      scope.follow(AbortSignal.abort('gone'));

      expect(scope.reason).toBe('gone');
    });

    it.each(['dispose', 'abort', 'follow'] as const)('leaves no listener on the signal after %s', (ending) => {
      const foreign = new AbortController();
      const scope = new AbortScope();
      scope.follow(foreign.signal);
      expect(getEventListeners(foreign.signal, 'abort')).toHaveLength(1);

      if (ending === 'dispose') scope.dispose();
      if (ending === 'abort') scope.abort('stop');
      if (ending === 'follow') scope.follow(new AbortController().signal);

      expect(getEventListeners(foreign.signal, 'abort')).toHaveLength(0);
    });
  });
});
