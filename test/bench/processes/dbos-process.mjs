/** DBOS in a process of its own, which goes on with what an earlier one left. Arguments: its database, and whether workflows stop behind their second step. */
import { DBOS } from '@dbos-inc/dbos-sdk';

const [url, role] = process.argv.slice(2);

const stopping = DBOS.registerWorkflow(
  async () => {
    for (let number = 1; number <= 5; number += 1) {
      await DBOS.runStep(
        async () => (role === 'holder' && number > 2 ? new Promise(() => process.send({ holding: true })) : number),
        { name: `step-${number}` },
      );
    }
  },
  { name: 'stopping' },
);

DBOS.setConfig({
  name: 'bench',
  systemDatabaseUrl: url,
  systemDatabasePoolSize: 20,
  logLevel: 'error',
  applicationVersion: '1',
});
await DBOS.launch();
process.on('message', async ({ start }) => {
  for (let at = 0; at < start; at += 1) await DBOS.startWorkflow(stopping, { workflowID: `stopping-${at}` })();
});
process.on('disconnect', () => process.exit());
process.send({ ready: true });
