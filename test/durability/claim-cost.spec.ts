import { pollText } from '../../lib/postgres/claiming/poll-statement.js';
import { TableNames } from '../../lib/postgres/sql/index.js';
import { PostgresFixture } from '../utils/postgres-fixture.js';

const DUE = 300;

interface PlanNode {
  readonly 'Parent Relationship'?: string;
  readonly 'Relation Name'?: string;
  readonly 'Actual Loops': number;
  readonly Plans?: readonly PlanNode[];
}

describe('The claim of many instances', () => {
  let fixture: PostgresFixture;

  beforeAll(async () => {
    fixture = await PostgresFixture.create('claim_cost');
    await (await fixture.store()).close();
    await fixture.sql(`INSERT INTO ${fixture.table('instances')} (id, name, input_hash, seed, created_at, version, priority, updated_at, due_at, status)
      SELECT 'i-' || n, 'busy', '', '', 0, 1, n % 3, 0, n, 'pending' FROM generate_series(1, ${DUE}) AS n`);
  });

  afterAll(() => fixture.dispose());

  it('looks once for what is told beside them, and not again with each', async () => {
    const text = pollText(new TableNames(fixture.schema, 'workflow_'), false);
    const values = [0, ['busy'], [1], 'worker', 'build', 10_000, DUE, true, 10, 600_000, false];
    const [answer] = await fixture.sql<{ 'QUERY PLAN': [{ Plan: PlanNode }] }>(
      `EXPLAIN (ANALYZE, FORMAT JSON) ${text}`,
      values,
    );
    const looks = instanceLooks((answer as { 'QUERY PLAN': [{ Plan: PlanNode }] })['QUERY PLAN'][0].Plan, false);

    expect(await claimed(fixture)).toBe(DUE);
    expect(looks.length).toBeGreaterThan(0);
    // One for each priority at most.
    expect(Math.max(...looks)).toBeLessThanOrEqual(3);
  });
});

/** How often sub-plans of the statement look at the table of instances. */
function instanceLooks(node: PlanNode, isWithin: boolean): number[] {
  const within = isWithin || node['Parent Relationship'] === 'SubPlan';
  const own = within && node['Relation Name'] === 'workflow_instances' ? [node['Actual Loops']] : [];
  return [...own, ...(node.Plans ?? []).flatMap((plan) => instanceLooks(plan, within))];
}

async function claimed(fixture: PostgresFixture): Promise<number> {
  const [row] = await fixture.sql<{ n: number }>(
    `SELECT count(*)::int4 AS n FROM ${fixture.table('instances')} WHERE fence = 1`,
  );
  return (row as { n: number }).n;
}
