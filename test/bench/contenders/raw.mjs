import { randomUUID } from 'node:crypto';
import pg from 'pg';

/** Without knowledge of a young table the planner must still go by the key. */
const BY_KEY = '-c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off';

export async function createRawTables(server) {
  await server.query(`CREATE TABLE IF NOT EXISTS raw_run (id text PRIMARY KEY, name text NOT NULL, status text NOT NULL, input text,
    output text, created_at int8 NOT NULL, updated_at int8 NOT NULL)`);
  await server.query(`CREATE TABLE IF NOT EXISTS raw_step (run_id text NOT NULL, "position" int4 NOT NULL, name text NOT NULL,
    status text NOT NULL, value text, recorded_at int8 NOT NULL, PRIMARY KEY (run_id, "position"))`);
}

const OPEN = 'INSERT INTO raw_run VALUES ($1, $2, $3, $4, NULL, $5, $5)';
const STEP = 'INSERT INTO raw_step VALUES ($1, $2, $3, $4, $5, $6)';
const CLOSE = 'UPDATE raw_run SET status = $2, output = $3, updated_at = $4 WHERE id = $1';

const openOf = (id) => [id, 'bench', 'running', '{"n":1}', Date.now()];
const stepOf = (id, position) => [id, position, `step-${position}`, 'completed', `${position}`, Date.now()];
const closeOf = (id) => [id, 'completed', '1', Date.now()];

/** One INSERT or UPDATE for each thing that happens, each its own commit. */
export function rawSequential(url, steps) {
  const pool = new pg.Pool({ connectionString: url, max: 20 });

  return {
    name: 'raw-seq',
    steps,
    async runWorkflow() {
      const id = randomUUID();
      await pool.query({ name: 'open', text: OPEN, values: openOf(id) });
      for (let position = 1; position <= steps; position += 1) {
        await pool.query({ name: 'step', text: STEP, values: stepOf(id, position) });
      }
      await pool.query({ name: 'close', text: CLOSE, values: closeOf(id) });
    },
    close: () => pool.end(),
  };
}

const GROUPED = {
  open: `open AS (INSERT INTO raw_run SELECT u.id, u.name, u.status, u.input, NULL, u.at::int8, u.at::int8
    FROM unnest(@) AS u(id, name, status, input, at))`,
  step: `step AS (INSERT INTO raw_step SELECT u.id, u.position::int4, u.name, u.status, u.value, u.at::int8
    FROM unnest(@) AS u(id, position, name, status, value, at))`,
  close: `close AS (UPDATE raw_run r SET status = u.status, output = u.output, updated_at = u.at::int8
    FROM unnest(@) AS u(id, status, output, at) WHERE r.id = u.id)`,
};
const LONE = { open: OPEN, step: STEP, close: CLOSE };
const WIDTH = { open: 5, step: 6, close: 4 };

/** The limit: the same rows, still durable before each next step, in one statement for whatever all runs want at that moment. */
export function rawGroupAdaptive(url, steps) {
  const pool = new pg.Pool({ connectionString: url, max: 2, options: BY_KEY });
  let waiting = [];
  let inFlight = 0;
  let scheduled = false;
  const write = (part, values) =>
    new Promise((resolve, reject) => {
      waiting.push({ part, values, resolve, reject });
      schedule();
    });
  const schedule = () => {
    if (scheduled || inFlight >= 2) return;
    scheduled = true;
    // After every promise callback that is ready now.
    process.nextTick(() => {
      scheduled = false;
      const batch = waiting;
      waiting = [];
      inFlight += 1;
      void flush(batch).finally(() => {
        inFlight -= 1;
        if (waiting.length > 0) schedule();
      });
    });
  };
  const flush = async (batch) => {
    try {
      await pool.query(batch.length === 1 ? lone(batch[0]) : grouped(batch));
      for (const item of batch) item.resolve();
    } catch (error) {
      for (const item of batch) item.reject(error);
    }
  };

  return {
    name: 'raw-group-adaptive',
    steps,
    async runWorkflow() {
      const id = randomUUID();
      await write('open', openOf(id));
      for (let position = 1; position <= steps; position += 1) await write('step', stepOf(id, position));
      await write('close', closeOf(id));
    },
    close: () => pool.end(),
  };
}

function lone({ part, values }) {
  return { name: part, text: LONE[part], values };
}

function grouped(batch) {
  const ctes = [];
  const values = [];
  const parts = [];
  for (const part of Object.keys(GROUPED)) {
    const items = batch.filter((item) => item.part === part);
    if (items.length === 0) continue;
    const arrays = Array.from({ length: WIDTH[part] }, (_, column) => items.map((item) => item.values[column]));
    const parameters = arrays.map((_, column) => `$${values.length + column + 1}::text[]`);
    ctes.push(GROUPED[part].replace('@', parameters.join(', ')));
    values.push(...arrays);
    parts.push(part);
  }

  return { name: `grouped-${parts.join('-')}`, text: `WITH ${ctes.join(', ')} SELECT 1`, values };
}

/** The least that a transition costs: one row, one commit. */
export function rawTransitions(url) {
  const pool = new pg.Pool({ connectionString: url, max: 20 });
  const run = randomUUID();
  let position = 0;

  return {
    name: 'raw INSERT',
    steps: 1,
    runWorkflow: () => pool.query({ name: 'step', text: STEP, values: stepOf(run, (position += 1)) }),
    close: () => pool.end(),
  };
}
