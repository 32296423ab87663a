import type { WorkflowContext } from '../definition/index.js';
import type { ArrivalLine } from './arrival-line.js';
import type { BodyBoard } from './body-board.js';
import type { CallBook } from './call-book.js';
import type { CallHost } from './call-host.js';
import type { Call } from './call.js';
import type { CodeEnd } from './code-run.js';
import type { EffectGate } from './effect-gate.js';
import type { EngineServices } from './engine-services.js';
import type { EventLine } from './event-line.js';
import type { InboxReader } from './inbox-reader.js';
import type { Lease } from './lease.js';
import type { JournalEntry } from '../records/index.js';
import type { Verdict } from './verdict.js';

/** Where a context with a journal keeps the engine that executes it. @internal */
export const ENGINE = Symbol('engine');

/** The engine that executes a run with a journal, for models that keep something beside it; absent for every other context. @internal */
export function servicesOf(ctx: WorkflowContext): EngineServices | undefined {
  return (ctx as { readonly [ENGINE]?: EngineServices })[ENGINE];
}

/** Why a run stops although its code has not ended. @internal */
export interface StopCause {
  readonly kind: 'cancel' | 'deadline' | 'limit';
  readonly error: Error;
}

/** What the context needs of its execution. @internal */
export interface ContextHost extends ExecutionHost {
  /** Takes a call of the workflow's code. @throws ContextUsageError when its name was used before in this run. */
  ask<T>(call: Call<T>): Promise<T>;
  /** What `setStatus` shows, written with the next write. */
  showStatus(text: string | undefined): void;
  /** Live progress, told at once here and stored with the next write. */
  emit(kind: 'emit' | 'progress', payload: unknown, step?: string): void;
  /** Whether the code has come past everything that was recorded before this owner. */
  readonly isPastRecords: boolean;
  /** What the generation before left for this one, if it ran in this process. */
  readonly carried?: unknown;
  /** What is still open or would be undone, in words: reasons not to begin a next generation. */
  unfinished(): { readonly calls: readonly string[]; readonly undos: readonly string[] };
}

/** The state of one execution, as replay, ending and unwinding share it. @internal */
export interface ExecutionHost extends CallHost {
  readonly calls: CallBook;
  readonly bodies: BodyBoard;
  readonly gate: EffectGate;
  readonly arrivals: ArrivalLine;
  readonly inbox: InboxReader;
  readonly events: EventLine;
  readonly lease: Lease;
  /** The last position handed over, and when it was recorded. */
  readonly delivered: number;
  readonly deliveredAt: number;
  readonly codeEnd: CodeEnd | undefined;
  readonly stop: StopCause | undefined;
  /** True while results come from the journal: nothing is emitted, logged or begun. */
  readonly isReplaying: boolean;
  /** True when it is ours no more: nothing it does matters. */
  readonly isDropped: boolean;
  /** True while a shutdown waits for it. */
  readonly isLeaving: boolean;
  /** Hands a result over to the code. */
  handOver(call: Call, entry: JournalEntry, value: unknown, error: Error | undefined): void;
  /** The code's end turned out to be another: a result that cannot be recorded is a failure. */
  failCode(error: unknown): void;
  /** Stops the run: bodies are told, outstanding calls reject. */
  beginStop(cause: StopCause): void;
  /** This build's code does not match the journal. */
  giveUp(error: Error): Promise<Verdict>;
  wake(): void;
  /** Waits until something happens. */
  idle(): Promise<void>;
  /** Everything staged is durable, or the execution is dropped. */
  persist(): Promise<void>;
}
