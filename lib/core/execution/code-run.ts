import type { WorkflowContext, WorkflowDefinition } from '../definition/index.js';
import { readable } from '../errors/index.js';
import type { Clock } from '../time/index.js';
import type { WorkSignal } from './work-signal.js';

/** How the workflow's code ended. @internal */
export type CodeEnd =
  { readonly kind: 'returned'; readonly value: unknown } | { readonly kind: 'threw'; readonly error: unknown };

/** The workflow's own code: whether it may be running, and how it ended. @internal */
export class CodeRun {
  end: CodeEnd | undefined;
  /** What moves code that rests is waited for by the same rest. */
  private state: 'active' | 'resting' | 'quiet' = 'quiet';

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
  }

  /** Whether the code may be running: something moved it since it was last quiet, and it has not ended. */
  get isActive(): boolean {
    return this.state === 'active' && this.end === undefined;
  }

  /** Until the code is known to be quiet. */
  get isResting(): boolean {
    return this.state === 'resting';
  }

  /** Calls back one macrotask later: every promise callback has run, and what awaits nothing but promises is quiet. */
  rest(callback: () => void): void {
    this.state = 'resting';
    this.clock.macrotask(callback);
  }

  /** The rest is over. */
  noteQuiet(): void {
    this.state = 'quiet';
  }

  /** The end turned out to be another: a result that cannot be recorded is a failure. */
  fail(error: unknown): void {
    this.end = { kind: 'threw', error: readable(error) };
  }

  private finish(end: CodeEnd): void {
    this.end ??= end;
    this.work.raise();
  }
}
