import type { LedgerLine } from '../utils/crash-bench.js';
import { CHECKS } from './invariants/index.js';
import { withClient, type Round } from './round.js';

/** How many violations of one rule are told. */
const SHOWN = 5;

/** Brings together what is known of a round, and asks every invariant what it finds wrong. */
export async function judge(round: Round): Promise<string[]> {
  await assemble(round);
  const { bench, tally } = round;
  return withClient(bench.config.url, async (client) => {
    await client.query(`SET search_path TO "${bench.config.schema}"`);
    const { rows: raised } = await client.query<{ count: string }>(
      'SELECT (CASE WHEN is_called THEN last_value ELSE 0 END) AS count FROM conflicts',
    );
    tally.fault('40001 and 40P01', Number(raised[0]?.count));
    const violations: string[] = [];
    for (const { rule, title, sql } of CHECKS) {
      const { rows } = await client.query<{ what: string }>(sql);
      const told = rows.slice(0, SHOWN).map(({ what }) => `${rule}, ${title}: ${what}`);
      violations.push(...told);
      if (rows.length > SHOWN) violations.push(`${rule}, ${title}: and ${rows.length - SHOWN} more`);
    }
    return violations;
  });
}

/** The ledger, the events and what was accepted, as tables beside the journal. */
async function assemble({ rig, bench, cast, storesEvents }: Round): Promise<void> {
  const { schema } = bench.config;
  const put = (table: string, rows: readonly object[]): Promise<unknown> =>
    bench.sql(
      `INSERT INTO "${schema}".${table} SELECT * FROM json_populate_recordset(NULL::"${schema}".${table}, $1::json)`,
      [JSON.stringify(rows)],
    );
  const effects = await withClient(rig.ledger.url, (ledger) =>
    ledger.query<object>(`SELECT * FROM "${schema}".ledger ORDER BY no`),
  );
  await put('ledger', effects.rows);
  const lines = await bench.ledger();
  const events = lines.filter(({ what }) => storesEvents && what === 'event');
  await put('told', events.map(toldRow));
  const accepted = [...cast.accepted].map(([id, kind]) => ({ id, kind, ends: cast.endsOf(id) }));
  await put('accepted', accepted);
  await put(
    'posted',
    [...cast.posted].map(([signal_id, id]) => ({ signal_id, id })),
  );
  const incidents = lines.filter(({ what }) => what === 'incident');
  await put(
    'breaches',
    incidents.map(({ text }) => ({ rule: 'I14', what: text?.slice(0, 600) })),
  );
}

function toldRow(line: LedgerLine, index: number): object {
  const { id, eventId, seq, type, generation, step } = line;
  return { no: index + 1, id, event_id: eventId, seq, type, generation, step };
}
