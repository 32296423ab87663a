import type { SeededRandom } from './seeded-random.js';

interface Task {
  readonly label: string;
  readonly dueMs: number;
  readonly order: number;
  readonly run: () => void;
}

/** One process's event loop: its macrotasks in order, its timers by due time, its messages in any order. */
export class Loop {
  readonly macrotasks: Task[] = [];
  readonly timers: Task[] = [];
  messages: Task[] = [];
  /** Stopped as by SIGSTOP: nothing runs, time passes, answers wait. */
  isFrozen = false;
  /** Killed: nothing of it runs any more. */
  isDead = false;

  constructor(readonly name: string) {}

  kill(): void {
    this.isDead = true;
    this.macrotasks.length = 0;
    this.timers.length = 0;
    this.messages = [];
  }
}

/**
 * Owns every macrotask, timer and message of a simulation and decides, by seed, which is next. Promise callbacks run between two
 * tasks, all of them, as in Node.
 */
export class Scheduler {
  /** Milliseconds since the simulation began. */
  now = 0;
  steps = 0;
  /** Whose task ran last. */
  lastLoop: Loop | undefined;
  /** A digest of everything that was run, in order. */
  digest = 0;
  /** Receives each step, when somebody wants to read them. */
  trace: ((line: string) => void) | undefined;
  private readonly loops: Loop[] = [];
  private order = 0;

  constructor(private readonly random: SeededRandom) {}

  loop(name: string): Loop {
    const loop = new Loop(name);
    this.loops.push(loop);
    return loop;
  }

  macrotask(loop: Loop, run: () => void, label = 'turn'): void {
    if (!loop.isDead) loop.macrotasks.push(this.task(label, 0, run));
  }

  /** A timer of the process: among its own, never before one that is due earlier. Returns what cancels it. */
  timer(loop: Loop, delayMs: number, run: () => void): () => void {
    if (loop.isDead) return () => undefined;
    const task = this.task('timer', Math.max(0, Math.ceil(delayMs)), run);
    const { timers } = loop;
    let index = timers.length;
    while (index > 0 && (timers[index - 1] as Task).dueMs > task.dueMs) index -= 1;
    timers.splice(index, 0, task);
    return () => {
      const at = timers.indexOf(task);
      if (at >= 0) timers.splice(at, 1);
    };
  }

  /** Something on its way to the process, which may overtake what was sent before it. */
  message(loop: Loop, delayMs: number, label: string, run: () => void): void {
    if (!loop.isDead) loop.messages.push(this.task(label, delayMs, run));
  }

  /** Runs the next task. False: nothing will ever happen again. */
  async step(): Promise<boolean> {
    for (;;) {
      const ready = this.ready();
      if (ready.length > 0) {
        const { loop, task, remove } = this.random.pick(ready);
        remove();
        this.record(loop, task);
        task.run();
        await quiet();
        return true;
      }
      const next = this.nextDueMs();
      if (next === Infinity) return false;
      this.now = Math.max(this.now, next);
    }
  }

  note(line: string): void {
    for (let index = 0; index < line.length; index++)
      this.digest = (Math.imul(this.digest, 31) + line.charCodeAt(index)) | 0;
    this.trace?.(`${this.steps} ${this.now}ms ${line}`);
  }

  private record(loop: Loop, task: Task): void {
    this.steps += 1;
    this.lastLoop = loop;
    this.note(`${loop.name}: ${task.label}`);
  }

  private task(label: string, delayMs: number, run: () => void): Task {
    return { label, dueMs: this.now + delayMs, order: this.order++, run };
  }

  private ready(): { readonly loop: Loop; readonly task: Task; readonly remove: () => void }[] {
    const ready: { readonly loop: Loop; readonly task: Task; readonly remove: () => void }[] = [];
    for (const loop of this.loops) {
      if (loop.isFrozen || loop.isDead) continue;
      const [macrotask] = loop.macrotasks;
      if (macrotask !== undefined) ready.push({ loop, task: macrotask, remove: () => void loop.macrotasks.shift() });
      const [timer] = loop.timers;
      if (timer !== undefined && timer.dueMs <= this.now)
        ready.push({ loop, task: timer, remove: () => void loop.timers.shift() });
      for (const message of loop.messages) {
        if (message.dueMs > this.now) continue;
        ready.push({
          loop,
          task: message,
          remove: () => {
            loop.messages = loop.messages.filter((other) => other !== message);
          },
        });
      }
    }
    return ready;
  }

  private nextDueMs(): number {
    let next = Infinity;
    for (const loop of this.loops) {
      if (loop.isFrozen || loop.isDead) continue;
      if (loop.timers[0] !== undefined) next = Math.min(next, loop.timers[0].dueMs);
      for (const message of loop.messages) next = Math.min(next, message.dueMs);
    }
    return next;
  }
}

/** Every promise callback that is ready has run when this resolves: Node empties both its queues before a macrotask. */
function quiet(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
