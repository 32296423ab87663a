import { WorkflowCancelledError, WorkflowNonDeterminismError } from '../errors/index.js';
import { decodeName, isDelivered, type JournalEntry } from '../records/index.js';
import type { Call } from './call.js';
import { ChildCall } from './child-call.js';
import type { ExecutionHost, StopCause } from './execution-host.js';
import { startMarker } from './step-call.js';
import type { Verdict } from './verdict.js';
import { waitMarker } from './wait-call.js';

const STOPS: ReadonlySet<string> = new Set(['cancel', 'deadline', 'failure']);

/**
 * Hands recorded results to the code in recorded order, one a turn, each after the code has gone quiet: as the live run did. A
 * recorded name that quiet code has not asked for means that the code no longer matches.
 *
 * @internal
 */
export class Replay {
  private readonly line: readonly JournalEntry[];
  private cursor = 0;
  /** Calls that a recorded marker belongs to and that the code has not made yet, with that marker. */
  private awaited: Map<string, JournalEntry> | undefined;

  constructor(
    private readonly host: ExecutionHost,
    entries: readonly JournalEntry[],
  ) {
    if (entries.length === 0) {
      this.line = entries;
      return;
    }
    const awaited = new Map<string, JournalEntry>();
    const stop = entries.findIndex((entry) => STOPS.has(entry.kind));
    // What was recorded after the stop was never handed to the code.
    const handed = stop === -1 ? entries : entries.slice(0, stop + 1);
    this.line = handed.filter((entry) => isDelivered(entry.kind) || STOPS.has(entry.kind));
    for (const entry of handed) {
      const owner = ownerOf(entry);
      if (owner !== undefined && !awaited.has(owner)) awaited.set(owner, entry);
    }
    if (awaited.size > 0) this.awaited = awaited;
  }

  get isActive(): boolean {
    return this.cursor < this.line.length;
  }

  /** Whether the code has come past everything that was recorded. */
  get isExhausted(): boolean {
    return !this.isActive && !this.isAwaited;
  }

  private get isAwaited(): boolean {
    return this.awaited !== undefined && this.awaited.size > 0;
  }

  /** The code has made a call. */
  noteAsked(name: string): void {
    this.awaited?.delete(name);
  }

  turn(): undefined | Promise<Verdict | undefined> {
    const entry = this.line[this.cursor] as JournalEntry;
    if (STOPS.has(entry.kind)) return this.stopAt(entry);
    const call = this.host.calls.get(entry.name);
    if (call === undefined) return this.unasked(entry);
    const difference = differenceOf(entry, call);
    if (difference !== undefined) return this.mismatch(describe(entry), difference);
    this.cursor += 1;
    // Recorded while open bodies were settled: code that has ended received nothing any more.
    if (this.host.codeEnd !== undefined) return undefined;
    const context = { workflowId: this.host.record.id, place: entry.name };
    const { payloads } = this.host.services;
    const value = payloads.decode(entry.value, context);
    if (entry.error !== undefined || value instanceof Promise) return this.handOverLater(call, entry, value);
    this.host.handOver(call, entry, value, undefined);
    return undefined;
  }

  private async handOverLater(call: Call, entry: JournalEntry, decoding: unknown): Promise<undefined> {
    const context = { workflowId: this.host.record.id, place: entry.name };
    const { payloads } = this.host.services;
    const error = entry.error === undefined ? undefined : await payloads.decodeError(entry.error, context);
    this.host.handOver(call, entry, await decoding, error);
    return undefined;
  }

  /**
   * Before the first new call begins: every marker must have been asked for too.
   *
   * @returns a verdict, `wait` when the code has not come that far, `undefined` when all is well.
   */
  verify(): 'wait' | undefined | Promise<Verdict> {
    const { host } = this;
    if (!this.isAwaited || host.stop !== undefined) return undefined;
    if (host.codeEnd === undefined && !host.calls.hasOutstanding) return 'wait';
    const [marker] = this.awaited?.values() ?? [];
    return this.mismatch(describe(marker as JournalEntry), this.asked());
  }

  private async stopAt(entry: JournalEntry): Promise<Verdict | undefined> {
    const context = { workflowId: this.host.record.id, place: entry.name };
    const { payloads } = this.host.services;
    if (entry.kind === 'failure') {
      if (this.host.codeEnd === undefined) return this.unasked(entry);
      if (this.host.codeEnd.kind !== 'threw') return this.mismatch('a failure of the run', 'the code returned');
      this.cursor += 1;
      return undefined;
    }
    const fallback = new WorkflowCancelledError({ workflowId: this.host.record.id });
    const error = entry.error === undefined ? fallback : await payloads.decodeError(entry.error, context);
    this.cursor += 1;
    this.host.beginStop({ kind: entry.kind as StopCause['kind'], error });
    return undefined;
  }

  private async unasked(entry: JournalEntry): Promise<Verdict | undefined> {
    // Code that waits for something that is not journaled may still come to it.
    if (this.host.codeEnd === undefined && !this.host.calls.hasOutstanding) {
      await this.host.idle();
      return undefined;
    }
    return this.mismatch(describe(entry), this.asked());
  }

  private asked(): string {
    if (this.host.codeEnd !== undefined)
      return this.host.codeEnd.kind === 'returned' ? 'the end of the run' : 'the failure of the run';
    const names = this.host.calls.outstanding().map((call) => `${call.kind} "${decodeName(call.name)}"`);
    return names.length === 0 ? 'nothing' : names.slice(0, 5).join(', ');
  }

  private mismatch(recorded: string, asked: string): Promise<Verdict> {
    const error = new WorkflowNonDeterminismError({ workflowId: this.host.record.id, recorded, asked });
    return this.host.giveUp(error);
  }
}

/** The call that a marker belongs to; markers that may go unasked have none. */
function ownerOf(entry: JournalEntry): string | undefined {
  if (entry.name.includes('$compensate:') || entry.name.includes('$closed:')) return undefined;
  switch (entry.kind) {
    case 'start':
      return entry.name.slice(startMarker('').length);
    case 'wait':
      return entry.name.slice(waitMarker('').length);
    case 'retry':
      return entry.name.slice('$retry:'.length, entry.name.lastIndexOf('#'));
    default:
      return undefined;
  }
}

function differenceOf(entry: JournalEntry, call: Call): string | undefined {
  if (call.kind !== entry.kind) return `${call.kind} "${decodeName(call.name)}"`;
  if (call instanceof ChildCall) {
    const { childName, childVersion, inputHash } = call.data;
    if (entry.data?.childName !== childName) return `a child "${childName ?? ''}"`;
    if (entry.data?.inputHash !== inputHash)
      return `child "${childName ?? ''}@${childVersion ?? 0}" with another input`;
  }
  return undefined;
}

function describe(entry: JournalEntry): string {
  return `${entry.kind} "${decodeName(entry.name)}" at position ${entry.position}`;
}
