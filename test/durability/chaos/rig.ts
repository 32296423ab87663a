import { OwnPostgres } from '../../utils/own-postgres.js';
import { RestartableServer } from '../utils/restartable-server.js';

/** What every round of an invocation stands on: a server that may be restarted at any moment, and another one for the ledger. */
export class Rig {
  private constructor(
    readonly server: RestartableServer,
    readonly ledger: OwnPostgres,
    /** The compiled library that the processes run, when it is another one than this tree's. */
    readonly library: string | undefined,
  ) {}

  static async open(): Promise<Rig> {
    const [server, ledger] = await Promise.all([RestartableServer.start(true), OwnPostgres.start()]);
    return new Rig(server, ledger, undefined);
  }

  /** The same servers, for another library. */
  on(library: string): Rig {
    return new Rig(this.server, this.ledger, library);
  }

  async close(): Promise<void> {
    await this.server.stop();
    await this.ledger.stop();
  }
}
