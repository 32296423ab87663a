import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('../fixtures/machine-process.mjs', import.meta.url));

/** What a process of state machines is told at its start. */
export interface MachineProcessSettings {
  readonly library: string;
  readonly url: string;
  readonly schema: string;
  readonly ledger: string;
  /** Its worker's. */
  readonly id: string;
}

interface Message {
  readonly number?: number;
  readonly answer?: unknown;
  readonly failure?: string;
}

/** A process with state machines of its own. */
export class MachineProcess {
  private count = 0;

  private constructor(
    private readonly child: ChildProcess,
    private readonly ended: Promise<unknown>,
  ) {}

  static async start(settings: MachineProcessSettings): Promise<MachineProcess> {
    const child = fork(script, [JSON.stringify(settings)], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    const ended = once(child, 'exit');
    // One that dies before it is ready is found dead by its first task.
    await Promise.race([once(child, 'message'), ended]);
    return new MachineProcess(child, ended);
  }

  /** `undefined` when it died over it. */
  async ask<T>(task: string, input: object = {}): Promise<T | undefined> {
    const number = (this.count += 1);
    const answered = new Promise<T>((resolve, reject) => {
      const listener = (message: Message): void => {
        if (message.number !== number) return;
        this.child.off('message', listener);
        if (message.failure !== undefined) reject(new Error(message.failure));
        else resolve(message.answer as T);
      };
      this.child.on('message', listener);
    });
    if (this.child.exitCode !== null || this.child.signalCode !== null) return undefined;
    this.child.send({ number, task, input });
    return Promise.race([answered, this.ended.then(() => undefined)]);
  }

  get isDead(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  async stop(): Promise<void> {
    await this.ask('stop');
    await this.ended;
  }

  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.ended;
  }
}
