import { assertVersion, assertWorkflowName, definitionKey } from './definition-key.js';

describe('definitionKey', () => {
  it('joins name and version', () => {
    expect(definitionKey('orders', 2)).toBe('orders@2');
  });
});

describe('assertWorkflowName', () => {
  it.each(['orders', 'shop.orders:v2_final-1', '7', 'x'.repeat(200)])('takes %p', (name) => {
    expect(() => assertWorkflowName(name, 'class A')).not.toThrow();
  });

  it.each([[''], ['a b'], ['a@1'], ['a/b'], ['ü'], ['a\n'], ['x'.repeat(201)], [5], [undefined]])(
    'refuses %p',
    (name) => {
      expect(() => assertWorkflowName(name, 'class OrderWorkflow')).toThrow(
        /name of class OrderWorkflow is not accepted/,
      );
    },
  );
});

describe('assertVersion', () => {
  it.each([1, 2, 2_147_483_647])('takes %p', (version) => {
    expect(() => assertVersion(version, 'class A')).not.toThrow();
  });

  it.each([[0], [-1], [1.5], [Number.NaN], [2_147_483_648], ['1'], [undefined]])('refuses %p', (version) => {
    expect(() => assertVersion(version, 'workflow "a"')).toThrow(/version of workflow "a" is not accepted/);
  });
});
