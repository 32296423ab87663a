/** Ends the throw-away server of the global setup, if that started one. */
export default async function globalTeardown() {
  const server = globalThis.__WORKFLOW_TEST_DATABASE__;
  if (!server || server.exitCode !== null) {
    return;
  }
  const exited = new Promise((resolve) => server.once('exit', resolve));
  server.stdin.end();
  await exited;
}
