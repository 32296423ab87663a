import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';

/**
 * Whether nothing listens on this port of 127.0.0.1. True for the moment only: the server still has to be the first to take it.
 *
 * @internal
 */
export async function isPortFree(port: number): Promise<boolean> {
  return (await listenOnce(port)) !== undefined;
}

/**
 * A port of 127.0.0.1 that nothing uses at the moment.
 *
 * @internal
 */
export async function findFreePort(): Promise<number> {
  const port = await listenOnce(0);
  return port ?? findFreePort();
}

async function listenOnce(port: number): Promise<number | undefined> {
  const server = createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch {
    // Taken, or not allowed: not ours in either case.
    return undefined;
  }
  const address = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return address.port;
}
