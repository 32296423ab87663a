/** The least that waking another process takes: hear of a row, claim it with a commit of its own, read it, go on. */
import pg from 'pg';

const [url] = process.argv.slice(2);
const listening = new pg.Client({ connectionString: url });
const working = new pg.Client({ connectionString: url });
await Promise.all([listening.connect(), working.connect()]);
listening.on('notification', async ({ payload }) => {
  await working.query({ name: 'claim', text: 'UPDATE raw_wake SET claimed = true WHERE id = $1', values: [payload] });
  await working.query({ name: 'read', text: 'SELECT * FROM raw_wake WHERE id = $1', values: [payload] });
  process.send({ resumed: payload, at: Number(process.hrtime.bigint()) });
});
await listening.query('LISTEN raw_wake');
process.on('disconnect', () => process.exit());
process.send({ ready: true });
