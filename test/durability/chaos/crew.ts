import type { RandomSource } from '../../../lib/core/records/index.js';
import { TcpProxy } from '../../utils/tcp-proxy.js';
import type { CrashBench } from '../utils/crash-bench.js';
import type { RunSettings, WorkerProcess } from '../utils/worker-process.js';
import type { Tally } from './tally.js';

export const LEASE_MS = 1_000;
const TEN_MINUTES_MS = 600_000;
/** How often the start of a process may fail. */
const STARTS = 10;

/** A place for a worker process, with a way to the database of its own. */
export interface Slot {
  readonly proxy: TcpProxy;
  process: WorkerProcess;
  /** The worker's id: a successor under the same one takes over at once. */
  name: string;
  /** Somebody is at it: nobody else meddles. */
  isTaken: boolean;
}

/** How a crew works. */
export interface CrewOptions {
  readonly size: number;
  readonly worker?: Partial<Exclude<RunSettings['worker'], false>>;
  /** Whether processes have wrong clocks, tiny pools and disturbed hints, each as chance has it. */
  readonly isOdd?: boolean;
  readonly tools?: (index: number) => Readonly<Record<string, unknown>>;
  /** Whether ends of steps are told; what tells nothing is written by shorter statements. @default true */
  readonly tellsSteps?: boolean;
  /** Whether events are stored to be told; without them starts and ends have shorter statements as well. @default true */
  readonly storesEvents?: boolean;
  /** Whether processes may end by themselves. */
  readonly isSick?: boolean;
}

/** The worker processes of a round. Whoever dies is replaced, under its name or another one. */
export class Crew {
  readonly slots: Slot[] = [];
  private names = 0;
  private isOver = false;
  private readonly replacements = new Set<Promise<void>>();

  constructor(
    private readonly bench: CrashBench,
    private readonly chance: RandomSource,
    private readonly tally: Tally,
    private readonly options: CrewOptions,
    /** Tells of a process that has ended by itself. */
    private readonly report: (what: string) => Promise<void>,
  ) {}

  async muster(): Promise<void> {
    for (let index = 0; index < this.options.size; index += 1) {
      const { hostname, port } = new URL(this.bench.config.url);
      const proxy = await TcpProxy.open({ host: hostname, port: Number(port) });
      const name = this.newName();
      const process = await this.employ(proxy, name, index);
      const slot: Slot = { proxy, process, name, isTaken: false };
      this.slots.push(slot);
      this.guard(slot, process);
    }
  }

  /** A slot that nobody is at; it is the caller's until it is given back. */
  take(): Slot | undefined {
    const free = this.slots.filter(({ isTaken, process }) => !isTaken && process.isAlive);
    const slot = free[Math.floor(this.chance.random() * free.length)];
    if (slot !== undefined) slot.isTaken = true;
    return slot;
  }

  /** Kills and replaces; half of the successors come under the same name. */
  async kill(slot: Slot, settings?: Partial<RunSettings>): Promise<void> {
    await slot.process.kill();
    if (this.chance.random() < 0.5) slot.name = this.newName();
    await this.replace(slot, settings);
  }

  async replace(slot: Slot, settings: Partial<RunSettings> = {}): Promise<void> {
    if (this.isOver) return;
    slot.process = await this.employ(slot.proxy, slot.name, this.slots.indexOf(slot), settings);
    this.guard(slot, slot.process);
  }

  /** From now on nobody is replaced. */
  async dismiss(): Promise<void> {
    this.isOver = true;
    await Promise.allSettled(this.replacements);
    await Promise.all(this.slots.map(({ process }) => process.kill()));
    await Promise.all(this.slots.map(({ proxy }) => proxy.close()));
  }

  private newName(): string {
    return `worker-${(this.names += 1)}`;
  }

  private async employ(
    proxy: TcpProxy,
    name: string,
    index: number,
    more: Partial<RunSettings> = {},
  ): Promise<WorkerProcess> {
    const url = new URL(this.bench.config.url);
    url.port = String(proxy.port);
    // What writes the instance rows says who it is: the audit asks for it.
    url.searchParams.set('application_name', name);
    return this.launch({
      url: url.href,
      stepEvents: this.options.tellsSteps ?? true,
      outbox: this.options.storesEvents ?? true,
      ...(this.options.isOdd === true ? this.oddities() : {}),
      ...(this.options.tools === undefined ? {} : { tools: this.options.tools(index) }),
      ...more,
      worker: {
        ...{ id: name, leaseDuration: LEASE_MS, heartbeatInterval: 250, pollInterval: 150 },
        ...this.options.worker,
        ...(more.worker === undefined || more.worker === false ? {} : { ...more.worker, id: name }),
      },
    });
  }

  /** A start whose connections break, or are not made in time, is made again, as whoever keeps an application running makes it. */
  private async launch(settings: RunSettings): Promise<WorkerProcess> {
    for (let start = 1; ; start += 1) {
      const process = await this.bench.spare();
      try {
        await process.run(settings);
        return process;
      } catch (error) {
        await process.kill();
        if (this.isOver || start === STARTS) throw error;
        this.tally.fault('start failed');
      }
    }
  }

  private oddities(): Partial<RunSettings> {
    const clockOffsetMs = this.pick([0, 0, -TEN_MINUTES_MS, TEN_MINUTES_MS]);
    const poolSize = this.pick([1, 2, 5]);
    const hints = this.pick(['as they are', 'off', 'doubled', 'reordered'] as const);
    if (clockOffsetMs !== 0) this.tally.fault(`clock ${clockOffsetMs > 0 ? 'ahead' : 'behind'}`);
    if (poolSize < 5) this.tally.fault(`pool of ${poolSize}`);
    if (hints !== 'as they are') this.tally.fault(`hints ${hints}`);
    return {
      clockOffsetMs,
      poolSize,
      ...(hints === 'off' ? { notify: false } : hints === 'as they are' ? {} : { hints }),
    };
  }

  private pick<T>(values: readonly T[]): T {
    return values[Math.floor(this.chance.random() * values.length)] as T;
  }

  private guard(slot: Slot, process: WorkerProcess): void {
    void process.gone().then((end) => {
      if (this.isOver || end === 'SIGKILL' || end === 'exit code 0') return;
      const isExpected = this.options.isSick === true && end === 'SIGABRT';
      const replacing = (
        isExpected ? Promise.resolve() : this.report(`A worker process ended by itself: ${end}.`)
      ).then(() => this.replace(slot));
      if (isExpected) this.tally.fault('abort');
      this.replacements.add(replacing);
    });
  }
}
