import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('../fixtures/worker.mjs', import.meta.url));

/** What every process of one spec file shares. */
export interface WorkerConfig {
  /** The compiled library's folder. */
  readonly library: string;
  readonly url: string;
  readonly schema: string;
  /** The file outside of the database that effects are written to. */
  readonly ledger: string;
  readonly isQuiet: boolean;
  /** A database for the effects, instead of the file; the process then knows the workflows of the chaos rig, and only those. */
  readonly ledgerUrl?: string;
}

/** How a process works; the durations are milliseconds. */
export interface RunSettings {
  readonly worker:
    | false
    | {
        readonly id: string;
        readonly leaseDuration: number;
        readonly heartbeatInterval?: number;
        readonly pollInterval: number;
        readonly concurrency?: number;
        readonly maxCrashes?: number;
        readonly mismatchGrace?: number;
        readonly buildId?: string;
        readonly warmInstances?: number;
        readonly shutdownTimeout?: number;
      };
  /** How far the process's wall clock is off. @default 0 */
  readonly clockOffsetMs?: number;
  /** @default true */
  readonly notify?: boolean;
  /** What becomes of hints on their way to the worker. */
  readonly hints?: 'doubled' | 'reordered';
  /** @default true */
  readonly outbox?: boolean;
  /** Whether ends of steps are told. @default true */
  readonly stepEvents?: boolean;
  /** Another way to the database than the configured one. */
  readonly url?: string;
  readonly poolSize?: number;
  /** Further tools for the workflows. */
  readonly tools?: Readonly<Record<string, unknown>>;
}

/** How an instance ended, as a client sees it. */
export interface Outcome {
  readonly status: string;
  readonly output?: unknown;
  /** The error's code, and the code and message of what caused it. */
  readonly error?: { readonly code: string; readonly cause?: string; readonly message?: string };
}

export interface LogLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly message: string;
  readonly fields?: Readonly<Record<string, unknown>>;
}

interface Reply {
  readonly ready?: true;
  readonly number?: number;
  readonly value?: unknown;
  readonly error?: {
    readonly name: string;
    readonly code?: string;
    readonly message: string;
    readonly stack?: string;
    readonly cause?: string;
  };
}

/** What a command was answered with when it failed, or that nobody is left to answer. */
export class CommandError extends Error {
  constructor(
    message: string,
    readonly code: string | undefined,
    readonly remote: string | undefined,
    cause?: string,
  ) {
    super(message, cause === undefined ? undefined : { cause });
  }
}

/** Another process with an engine, in the hands of a spec. */
export class WorkerProcess {
  private readonly pending = new Map<number, { resolve: (value: never) => void; reject: (error: Error) => void }>();
  private readonly exited: Promise<void>;
  private readonly points: string[] = [];
  private readonly reachedListeners = new Set<() => void>();
  private last = 0;

  private constructor(private readonly child: ChildProcess) {
    this.exited = once(child, 'exit').then(() => {
      for (const { reject } of this.pending.values())
        reject(new CommandError(`The worker process ended (${this.end}).`, 'GONE', undefined));
      this.pending.clear();
    });
    // A process that is killed takes the other ends of its pipes along.
    for (const pipe of child.stdio) (pipe as Writable | null | undefined)?.on('error', () => undefined);
    child.on('message', (reply: Reply) => {
      this.settle(reply);
    });
    createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', (line) => {
      this.points.push(line);
      for (const listener of this.reachedListeners) listener();
    });
  }

  static async fork(config: WorkerConfig): Promise<WorkerProcess> {
    const child = fork(script, [JSON.stringify(config)], {
      // None of this process's own, which may be those of a compiler or of a test runner and make a start take twice as long.
      execArgv: [],
      stdio: ['ignore', 'pipe', config.isQuiet ? 'ignore' : 'inherit', 'ipc', 'pipe'],
    });
    const process = new WorkerProcess(child);
    const ready = once(child, 'message');
    await Promise.race([
      ready,
      process.exited.then(() => Promise.reject(new Error('The worker process did not start.'))),
    ]);
    return process;
  }

  get pid(): number {
    return this.child.pid as number;
  }

  get isAlive(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  get end(): string {
    return this.child.signalCode ?? `exit code ${String(this.child.exitCode)}`;
  }

  run(settings: RunSettings): Promise<unknown> {
    return this.ask('run', settings);
  }

  /** Has the process do something; rejects with {@link CommandError}. */
  ask<T = unknown>(command: string, argument?: object): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (!this.isAlive) {
        reject(new CommandError(`The worker process is gone (${this.end}).`, 'GONE', undefined));
        return;
      }
      this.last += 1;
      this.pending.set(this.last, { resolve, reject });
      this.child.send({ number: this.last, command, argument }, () => undefined);
    });
  }

  drive(workflow: string, id: string, input: unknown = { n: 1 }): Promise<Outcome> {
    return this.ask<Outcome>('drive', { workflow, id, input });
  }

  /** Stops at that point, `name#occurrence` counted from now; without one it goes past every point. */
  async arm(target?: string): Promise<void> {
    this.points.length = 0;
    await this.ask('arm', { target });
  }

  /** Resolves with the point at which the process stands still. */
  async reached(): Promise<string> {
    while (this.points.length === 0) {
      await new Promise<void>((resolve) => {
        const listener = () => {
          this.reachedListeners.delete(listener);
          resolve();
        };
        this.reachedListeners.add(listener);
      });
    }
    return this.points[0] as string;
  }

  /** Whether it has come to the point that it was armed with, and was not released. */
  get isStanding(): boolean {
    return this.points.length > 0;
  }

  /** Lets the process go on from the point at which it stands. */
  release(): void {
    this.points.length = 0;
    (this.child.stdio[4] as Writable).write('.');
  }

  /** What was logged since the last call. */
  logs(): Promise<LogLine[]> {
    return this.ask('logs');
  }

  freeze(): void {
    process.kill(this.pid, 'SIGSTOP');
  }

  thaw(): void {
    process.kill(this.pid, 'SIGCONT');
  }

  /** The end that nothing can prepare for. */
  async kill(): Promise<void> {
    if (this.isAlive) this.child.kill('SIGKILL');
    await this.exited;
  }

  /** Resolves when it has ended, however. */
  async gone(): Promise<string> {
    await this.exited;
    return this.end;
  }

  private settle({ number, value, error }: Reply): void {
    if (number === undefined) return;
    const waiter = this.pending.get(number);
    this.pending.delete(number);
    if (error === undefined) waiter?.resolve(value as never);
    else waiter?.reject(new CommandError(error.message, error.code, error.stack, error.cause));
  }
}
