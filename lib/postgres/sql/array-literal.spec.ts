import { arrayLiteral } from './array-literal.js';

const same = <T>(value: T): T => value;

describe('arrayLiteral', () => {
  it('writes numbers, booleans and missing values as they are', () => {
    expect(arrayLiteral([1, -2, null, undefined, true], same, false)).toBe('{1,-2,NULL,NULL,true}');
  });

  it('quotes every text, so that none is read as NULL or as a separator', () => {
    expect(arrayLiteral(['NULL', '', 'a,b', '{}', ' '], same, true)).toBe('{"NULL","","a,b","{}"," "}');
  });

  it('escapes quotes and backslashes', () => {
    expect(arrayLiteral(['say "hi"', 'C:\\temp', '\\"'], same, true)).toBe('{"say \\"hi\\"","C:\\\\temp","\\\\\\""}');
  });

  it('writes an empty array', () => {
    expect(arrayLiteral([], same, true)).toBe('{}');
  });
});
