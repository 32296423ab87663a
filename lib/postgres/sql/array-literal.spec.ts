import { arrayLiteral } from './array-literal.js';

describe('arrayLiteral', () => {
  it('writes numbers, booleans and missing values as they are', () => {
    expect(arrayLiteral([1, -2, null, undefined, true], false)).toBe('{1,-2,NULL,NULL,true}');
  });

  it('quotes every text, so that none is read as NULL or as a separator', () => {
    expect(arrayLiteral(['NULL', '', 'a,b', '{}', ' '], true)).toBe('{"NULL","","a,b","{}"," "}');
  });

  it('escapes quotes and backslashes', () => {
    expect(arrayLiteral(['say "hi"', 'C:\\temp', '\\"'], true)).toBe('{"say \\"hi\\"","C:\\\\temp","\\\\\\""}');
  });

  it('writes an empty array', () => {
    expect(arrayLiteral([], true)).toBe('{}');
  });
});
