import { ContextUsageError } from '../errors/index.js';
import { decodeName } from '../records/index.js';
import type { Call } from './call.js';

const NONE: readonly Call[] = [];

/** Every call that the workflow's code has made in this generation, by name. @internal */
export class CallBook {
  private readonly names = new Set<string>();
  /** The calls that may still matter; of those that were handed over and leave nothing behind the name is remembered alone. */
  private oldest: Call | undefined;
  /** Those behind the oldest. Most code makes one call after the other, and a map is dear where things come and go. */
  private others: Map<string, Call> | undefined;
  private fresh: readonly Call[] = NONE;
  private settledCount = 0;
  private childCount = 0;
  private positions: WeakMap<object, number> | undefined;

  /** Where a failure that was handed over stands in the journal. */
  get failures(): WeakMap<object, number> {
    return (this.positions ??= new WeakMap());
  }

  /** Keeps a call. @throws ContextUsageError when its name was used before. */
  add(call: Call, workflow: string, workflowId: string): void {
    const before = this.names.size;
    if (this.names.add(call.name).size === before) {
      throw new ContextUsageError(
        `The name "${decodeName(call.name)}" is used twice in workflow "${workflow}" (instance "${workflowId}"). Names are keys of the journal: give each call its own, in a loop for example with the turn's number.`,
      );
    }
    if (this.oldest === undefined && this.others === undefined) this.oldest = call;
    else (this.others ??= new Map()).set(call.name, call);
    if (call.kind === 'child') this.childCount += 1;
  }

  /** Marks a call as one that has yet to begin. */
  enqueue(call: Call): void {
    // An array that begins with its one item is a fraction of the size of one that grows.
    if (this.fresh === NONE) this.fresh = [call];
    else (this.fresh as Call[]).push(call);
  }

  get(name: string): Call | undefined {
    return this.oldest?.name === name ? this.oldest : this.others?.get(name);
  }

  /** The calls that may still matter: all but those that were handed over and leave nothing behind. */
  *all(): Iterable<Call> {
    if (this.oldest !== undefined) yield this.oldest;
    if (this.others !== undefined) yield* this.others.values();
  }

  /** Whether children were started. */
  get hasChildren(): boolean {
    return this.childCount > 0;
  }

  /** Counts a call as handed over. */
  noteSettled(call: Call): void {
    this.settledCount += 1;
    if (call.leavesSomething) return;
    if (this.oldest === call) this.oldest = undefined;
    else if (this.others?.delete(call.name) === true && this.others.size === 0) this.others = undefined;
  }

  /** Whether the code waits for something that it asked for. */
  get hasOutstanding(): boolean {
    return this.names.size > this.settledCount;
  }

  /** Calls made and not handed over. */
  outstanding(): Call[] {
    return [...this.all()].filter((call) => !call.isSettled);
  }

  /** Calls that have yet to begin, in the order in which they were made. */
  takeFresh(): readonly Call[] {
    const { fresh } = this;
    this.fresh = NONE;
    return fresh;
  }
}

/** Why a call is refused that was made when the code of its run had returned or thrown. @internal */
export function askedTooLate({ name }: Pick<Call, 'name'>, workflow: string, workflowId: string): ContextUsageError {
  return new ContextUsageError(
    `"${decodeName(name)}" was asked of the context after the code of workflow "${workflow}" (instance "${workflowId}") had ended. Await everything that uses ctx before it returns.`,
  );
}
