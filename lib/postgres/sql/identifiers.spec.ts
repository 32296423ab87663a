import { isWorkflowOptionsError } from '../../core/errors/index.js';
import { migrationSql } from '../schema/index.js';
import { LONGEST_SUFFIX, TableNames } from './identifiers.js';

describe('TableNames', () => {
  it('quotes schema and table', () => {
    expect(new TableNames('public', 'workflow_').instances).toBe('"public"."workflow_instances"');
  });

  it.each([
    '',
    'web".session WHERE $1=$1;--',
    'a"b',
    "a'b",
    'a b',
    'a;b',
    'a.b',
    'a-b',
    'A',
    'Über',
    'ｗｏｒｋ',
    '1a',
    '$1',
    'a\u0000',
    'a\n',
    'a/*',
    'a--',
    '\\',
    'a'.repeat(64),
    ' ',
  ])('refuses the hostile name %j for schema, prefix and table of states', (name) => {
    const makes = [
      () => new TableNames(name, 'workflow_'),
      () => new TableNames('public', name),
      () => new TableNames('public', 'workflow_', name),
    ];
    for (const make of makes) {
      expect(isWorkflowOptionsError(catchError(make))).toBe(true);
    }
  });

  it('refuses what is not a text', () => {
    expect(isWorkflowOptionsError(catchError(() => new TableNames(7 as never, 'workflow_')))).toBe(true);
  });

  it('accepts no prefix so long that Postgres would cut a name', () => {
    const longest = 'p'.repeat(63 - LONGEST_SUFFIX);
    const names = migrationSql(new TableNames('s'.repeat(63), longest)).match(/"[^"]+"/g) ?? [];

    expect(Math.max(...names.map((name) => name.length - 2))).toBe(63);
    expect(isWorkflowOptionsError(catchError(() => new TableNames('public', `${longest}p`)))).toBe(true);
  });
});

function catchError(make: () => unknown): unknown {
  try {
    return make();
  } catch (error) {
    return error;
  }
}
