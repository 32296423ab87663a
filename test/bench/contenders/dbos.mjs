const workflows = new Map();

/** DBOS Transact on the same server. It is one for a process: started once, whatever the workflow. */
export async function startDbos(server) {
  const { DBOS } = await import('@dbos-inc/dbos-sdk');
  DBOS.setConfig({
    name: 'bench',
    systemDatabaseUrl: await databaseOf(server, 'bench_dbos'),
    systemDatabasePoolSize: 20,
    logLevel: 'error',
  });
  // Workflows are registered before the first launch, and once in a process.
  for (const steps of workflows.size === 0 ? [1, 3, 5, 50] : []) {
    workflows.set(steps, DBOS.registerWorkflow(chain(DBOS, steps), { name: `chain-${steps}` }));
  }
  await DBOS.launch();

  return {
    name: 'DBOS',
    contender: (steps) => ({
      name: 'DBOS',
      steps,
      async runWorkflow() {
        const handle = await DBOS.startWorkflow(workflows.get(steps))({ n: 1 });
        await handle.getResult();
      },
    }),
    close: () => DBOS.shutdown(),
  };
}

function chain(DBOS, steps) {
  return async () => {
    let last = 0;
    for (let number = 1; number <= steps; number += 1) {
      last = await DBOS.runStep(async () => number, { name: `step-${number}` });
    }

    return last;
  };
}

/** A database of its own, on the same server. */
export async function databaseOf(server, name) {
  await server.query(`CREATE DATABASE ${name}`);
  const url = new URL(server.url);
  url.pathname = `/${name}`;

  return url.href;
}
