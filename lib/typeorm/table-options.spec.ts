import { workflowEntities, workflowMigrations, workflowMigrationSql } from './index.js';

describe('An option of the tables that there is not', () => {
  it.each([
    ['workflowMigrations', workflowMigrations],
    ['workflowMigrationSql', workflowMigrationSql],
    ['workflowEntities', workflowEntities],
  ])('is refused by %s', (place, make) => {
    expect(() => make({ shema: 'flows' } as object)).toThrow(`The option "shema of ${place}" has the value "flows"`);
    expect(() => make({ shema: 'flows' } as object)).toThrow(/Did you mean "schema"/);
  });
});
