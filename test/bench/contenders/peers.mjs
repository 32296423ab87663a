import { startDbos } from './dbos.mjs';
import { startOpenWorkflow } from './openworkflow.mjs';
import { startRestate } from './restate.mjs';

/** Engines of others for the same work, each started once. One that does not run here is listed with its error. */
export async function startPeers(server, { report, print }, row) {
  const started = [];
  for (const [name, start] of [
    ['DBOS', startDbos],
    ['OpenWorkflow', startOpenWorkflow],
    ['Restate', startRestate],
  ]) {
    try {
      const peer = await start(server);
      await tried(peer.contender(1, 1));
      started.push(peer);
    } catch (error) {
      const note = `does not run here: ${error.message.split('\n', 1)[0]}`;
      print(`${name} ${note}`);
      report({ row, what: 'start', contender: name, note });
    }
  }

  return {
    contenders: (steps, loops) => started.map((peer) => peer.contender(steps, loops)),
    async close() {
      for (const peer of started) await peer.close();
    },
  };
}

/** Whether it runs is known when one workflow has. */
async function tried(contender) {
  await contender.begin?.();
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error('A workflow of one step has not ended within 20 s.')), 20_000);
  });
  await Promise.race([contender.runWorkflow(), late]);
  clearTimeout(timer);
  await contender.end?.();
}
