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
  private mayBeRunning = false;

  constructor(
    private readonly clock: Clock,
    private readonly work: WorkSignal,
  ) {}

  start(definition: WorkflowDefinition, context: WorkflowContext, input: unknown): void {
    this.mayBeRunning = true;
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

  /** Something was handed to the code, or it asked for something: it may be running until it is quiet again. */
  noteActive(): void {
    this.mayBeRunning = true;
  }

  /** Whether the code may be running: something moved it since it was last quiet. */
  get isActive(): boolean {
    return this.mayBeRunning;
  }

  /** Calls back one macrotask later: the code is quiet then, unless something moved it meanwhile. */
  rest(callback: () => void): void {
    this.mayBeRunning = false;
    this.clock.macrotask(callback);
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
