import { WorkflowNotFoundError, isContextUsageError } from '../errors/index.js';
import { assertKeyText, assertName, assertPossibleId, assertSignalName, assertWorkflowId } from './text-rules.js';

describe('A workflow id', () => {
  it.each(['order-1', 'tenant:order@2026-01-01T00:00:00Z', 'Größe 5', 'x'.repeat(200)])('may be %s', (id) => {
    expect(() => assertWorkflowId(id)).not.toThrow();
  });

  it.each([
    ['empty', '', 'must not be empty'],
    ['too long', 'x'.repeat(201), 'at most 200 characters, has 201'],
    ['a number', 7, 'must be a string, not number'],
    ['null', null, 'must be a string, not null'],
    ['with a line break', 'a\nb', 'control characters'],
    ['with U+0000', 'a\u0000', 'control characters'],
    ['with half of a pair of surrogates', 'a\ud800', 'lone surrogates'],
    ['the engine’s', '$order', 'must not start with "$"'],
    ['like the id of a child', 'order-1/charge', 'must not contain "/" or "#"'],
    ['like the id of a numbered child', 'order#1', 'must not contain "/" or "#"'],
  ])('may not be %s', (_what, id, reason) => {
    expect(() => assertWorkflowId(id)).toThrow(reason);
  });
});

describe('The id of an instance that should exist', () => {
  it('may be one that the engine made', () => {
    expect(() => assertPossibleId('order-1/charge#2')).not.toThrow();
  });

  it.each([['a\u0000'], ['\ud800'], [undefined], [null], [7]])(
    'is not found when nothing can be called so: %j',
    (id) => {
      expect(() => assertPossibleId(id)).toThrow(WorkflowNotFoundError);
    },
  );
});

describe('The name of a signal', () => {
  it('may hold any character that ids may not', () => {
    expect(() => assertSignalName('order/paid#1')).not.toThrow();
  });

  it('may not be the engine’s', () => {
    expect(() => assertSignalName('$child')).toThrow("such signals are the engine's");
  });
});

describe('A key', () => {
  it('is refused by the place it stands in', () => {
    expect(() => assertKeyText('', 'The key of signal "paid"')).toThrow(
      'The key of signal "paid" is not valid: must not be empty',
    );
  });
});

describe('The name of a call', () => {
  it.each(['a', 'charge order 5', 'ü😀', '$x', 'x'.repeat(200)])('takes %p', (name) => {
    expect(() => assertName(name, 'step')).not.toThrow();
  });

  it.each<[unknown, RegExp]>([
    ['', /must not be empty/],
    ['x'.repeat(201), /at most 200 characters, has 201/],
    ['a\nb', /not contain control characters/],
    ['a\0', /not contain control characters/],
    ['a\u0085', /not contain control characters/],
    ['a\ud800', /surrogate/],
    [5, /must be a string/],
    [undefined, /must be a string/],
  ])('refuses %p', (name, message) => {
    let thrown: unknown;
    try {
      assertName(name, 'step in workflow "orders"');
    } catch (error) {
      thrown = error;
    }

    expect(isContextUsageError(thrown)).toBe(true);
    expect((thrown as Error).message).toMatch(message);
    expect((thrown as Error).message).toContain('step in workflow "orders"');
  });
});
