import type { WorkflowContext, WorkflowDefinition } from '../definition/index.js';
import { readable } from '../errors/index.js';
import { queueSettling, queueTick, type Clock } from '../time/index.js';
import type { WorkSignal } from './work-signal.js';

/** How the workflow's code ended. @internal */
export type CodeEnd =
  { readonly kind: 'returned'; readonly value: unknown } | { readonly kind: 'threw'; readonly error: unknown };

/** The workflow's own code: whether it may be running, and how it ended. @internal */
export class CodeRun {
  end: CodeEnd | undefined;
  /** What moves code that rests is waited for by the same rest. */
  private state: 'active' | 'resting' | 'quiet' = 'quiet';
  /** Since it was last quiet it has asked for something, or ended. */
  private isStirred = false;
  private onStirred: () => void = ignore;

  constructor(
    private readonly clock: Clock,
    private readonly work: WorkSignal,
  ) {}

  start(definition: WorkflowDefinition, context: WorkflowContext, input: unknown): void {
    this.state = 'active';
    let answer: unknown;
    try {
      answer = definition.run(context, input);
    } catch (error) {
      this.finish({ kind: 'threw', error: readable(error) });
      return;
    }
    Promise.resolve(answer).then(
      (value) => {
        this.finish({ kind: 'returned', value });
      },
      (error: unknown) => {
        this.finish({ kind: 'threw', error: readable(error) });
      },
    );
  }

  /** Something was handed to the code: it may be running until it is quiet again. */
  noteActive(): void {
    this.state = 'active';
  }

  /** The code has asked for something, perhaps by itself. */
  noteAsked(): void {
    if (this.state === 'quiet') this.state = 'active';
    this.stir();
  }

  /** Whether the code may be running: something moved it since it was last quiet, and it has not ended. */
  get isActive(): boolean {
    return this.state === 'active' && this.end === undefined;
  }

  /** Until the code is known to be quiet. */
  get isResting(): boolean {
    return this.state === 'resting';
  }

  /**
   * Until every promise callback has run, and what awaits nothing but promises is quiet.
   *
   * @param onQuiet Called one macrotask later.
   * @param onStirred Called before, once the promises have settled, when the code has asked for something or ended.
   */
  rest(onQuiet: () => void, onStirred: () => void): void {
    this.state = 'resting';
    this.onStirred = onStirred;
    if (this.isStirred) queueSettling(onStirred);
    this.clock.macrotask(onQuiet);
  }

  /** The rest is over. */
  noteQuiet(): void {
    this.state = 'quiet';
    this.isStirred = false;
  }

  /** The end turned out to be another: a result that cannot be recorded is a failure. */
  fail(error: unknown): void {
    this.end = { kind: 'threw', error: readable(error) };
  }

  private finish(end: CodeEnd): void {
    this.end ??= end;
    this.stir();
    this.work.raise();
  }

  private stir(): void {
    if (this.isStirred) return;
    this.isStirred = true;
    // Code that rests is moved by promise callbacks: a tick that is asked for in one of them comes after them all.
    if (this.state === 'resting') queueTick(this.onStirred);
  }
}

function ignore(): void {
  // Nobody is told of code that has not begun to rest.
}
