import { connect } from 'node:net';

import { systemClock } from '../core/time/index.js';

const PROTOCOL_3_0 = 196_608;
const CANNOT_CONNECT_NOW = '57P03';

/**
 * Asks whether a Postgres server takes logins at this URL. It sends only the beginning of a login, so neither the password nor the database has to be right,
 * and a server that starts, recovers or shuts down counts as not alive.
 *
 * @param timeoutMs how long to wait for the answer. A server that keeps silent is not alive.
 * @default timeoutMs 1000
 * @publicApi
 */
export async function isPostgresAlive(url: string, timeoutMs = 1_000): Promise<boolean> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname.replace(/^\[|\]$/g, ''), port: port === '' ? 5432 : Number(port) });
  const timeout = systemClock.schedule(timeoutMs, () => socket.destroy());
  try {
    socket.write(startupMessage({ user: 'liveness', database: 'postgres' }));
    for await (const chunk of socket) return isWelcome(chunk as Buffer);
    return false;
  } catch {
    // Refused, reset, no such host: nobody is there.
    return false;
  } finally {
    timeout.cancel();
    socket.destroy();
  }
}

function startupMessage(parameters: Readonly<Record<string, string>>): Buffer {
  const body = Buffer.from(`${Object.entries(parameters).flat().join('\0')}\0\0`);
  const head = Buffer.alloc(8);
  head.writeInt32BE(head.length + body.length, 0);
  head.writeInt32BE(PROTOCOL_3_0, 4);
  return Buffer.concat([head, body]);
}

// "R" asks for credentials. "E" is an error, whose code stands behind "C"; all but one come from a server that is otherwise well.
function isWelcome(answer: Buffer): boolean {
  const kind = String.fromCharCode(answer[0] ?? 0);
  return kind === 'R' || (kind === 'E' && !answer.includes(`\0C${CANNOT_CONNECT_NOW}\0`));
}
