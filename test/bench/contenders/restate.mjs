import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';

/** What its SDK expects of Node 22. */
Promise.withResolvers ??= function withResolvers() {
  const parts = {};
  parts.promise = new Promise((resolve, reject) => Object.assign(parts, { resolve, reject }));

  return parts;
};

/** Restate: a server of its own with a log of its own; the code runs in this process, which it calls. */
export async function startRestate() {
  const restate = await import('@restatedev/restate-sdk');
  const { connect } = await import('@restatedev/restate-sdk-clients');
  const [node, admin, ingress, own] = await freePorts(4);
  const services = [1, 3, 5, 50].map((steps) =>
    restate.service({ name: `chain-${steps}`, handlers: { run: chain(steps) } }),
  );
  const endpoint = await listen(restate.createEndpointHandler({ services, logger: () => undefined }), own);
  const server = await startServer({ node, admin, ingress });
  await post(`http://127.0.0.1:${admin}/deployments`, { uri: `http://127.0.0.1:${own}` });
  const client = connect({ url: `http://127.0.0.1:${ingress}` });

  return {
    name: 'Restate',
    contender(steps) {
      const service = client.serviceClient({ name: `chain-${steps}` });

      return { name: 'Restate', steps, keepsOwnStore: true, runWorkflow: () => service.run({ n: 1 }) };
    },
    async close() {
      await server.stop();
      endpoint.close();
      for (const session of endpoint.sessions) session.destroy();
    },
  };
}

function chain(steps) {
  return async (ctx) => {
    let last = 0;
    for (let number = 1; number <= steps; number += 1) last = await ctx.run(`step-${number}`, () => number);

    return last;
  };
}

async function listen(handler, port) {
  const http2 = await import('node:http2');
  const server = http2.createServer(handler);
  server.sessions = new Set();
  server.on('session', (session) => {
    server.sessions.add(session);
    session.once('close', () => server.sessions.delete(session));
  });
  await new Promise((resolve) => server.listen(port, '127.0.0.1', resolve));

  return server;
}

async function startServer({ node, admin, ingress }) {
  const require = createRequire(import.meta.url);
  const binary = createRequire(require.resolve('@restatedev/restate-server/package.json')).resolve(
    `@restatedev/restate-server-${process.platform}-${process.arch}/bin/restate-server`,
  );
  const directory = mkdtempSync(path.join(os.tmpdir(), 'nestjs-workflow-bench-'));
  const child = spawn(binary, ['--no-logo'], {
    stdio: 'ignore',
    env: {
      ...process.env,
      RESTATE_BASE_DIR: directory,
      RESTATE_BIND_IP: '127.0.0.1',
      RESTATE_LISTEN_MODE: 'tcp',
      RESTATE_BIND_PORT: node,
      RESTATE_ADMIN__BIND_PORT: admin,
      RESTATE_INGRESS__BIND_PORT: ingress,
      RESTATE_DISABLE_TELEMETRY: 'true',
      RESTATE_LOG_FILTER: 'error',
    },
  });
  const exited = new Promise((resolve) => child.once('exit', resolve));
  process.once('exit', () => child.kill('SIGKILL'));
  await answering(`http://127.0.0.1:${admin}/health`);
  await answering(`http://127.0.0.1:${ingress}/restate/health`);

  return {
    async stop() {
      child.kill('SIGKILL');
      await exited;
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

async function answering(url) {
  for (let attempt = 0; ; attempt += 1) {
    try {
      if ((await fetch(url)).ok) return;
    } catch (error) {
      if (attempt > 200) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function post(url, body) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`Restate answered ${response.status}: ${await response.text()}`);
}

async function freePorts(count) {
  const probes = await Promise.all(
    Array.from({ length: count }, async () => {
      const probe = net.createServer();
      await new Promise((resolve) => probe.listen(0, '127.0.0.1', resolve));

      return probe;
    }),
  );
  const ports = probes.map((probe) => probe.address().port);
  await Promise.all(probes.map((probe) => new Promise((resolve) => probe.close(resolve))));

  return ports;
}
