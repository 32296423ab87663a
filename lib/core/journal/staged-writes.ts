import type { JournalEntry, SignalSeed } from '../records/index.js';
import type { FlushUnit, StartUnit, StreamSeed, WaitRow } from '../store/index.js';
import type { LifecycleEvent } from '../lifecycle/index.js';

const NONE: readonly JournalEntry[] = [];

/** What one instance has brought forth and not yet made durable. Most units have entries and nothing else. @internal */
export class StagedWrites {
  entries: readonly JournalEntry[] = NONE;
  waits: WaitRow[] | undefined = undefined;
  endedWaits: string[] | undefined = undefined;
  children: StartUnit[] | undefined = undefined;
  signals: SignalSeed[] | undefined = undefined;
  stream: StreamSeed[] | undefined = undefined;
  events: LifecycleEvent[] | undefined = undefined;
  customStatus: string | null | undefined = undefined;

  /** Children travel with the entry of their start. */
  get isEmpty(): boolean {
    return (
      this.entries.length === 0 &&
      this.waits === undefined &&
      this.endedWaits === undefined &&
      this.signals === undefined &&
      this.stream === undefined &&
      this.events === undefined &&
      this.customStatus === undefined
    );
  }

  addEntry(entry: JournalEntry): void {
    // An array that begins with its one item is a fraction of the size of one that grows.
    if (this.entries === NONE) this.entries = [entry];
    else (this.entries as JournalEntry[]).push(entry);
  }

  addWait(wait: WaitRow): void {
    (this.waits ??= []).push(wait);
  }

  endWait(name: string): void {
    (this.endedWaits ??= []).push(name);
  }

  addChild(child: StartUnit): void {
    (this.children ??= []).push(child);
  }

  addStream(item: StreamSeed): void {
    (this.stream ??= []).push(item);
  }

  addEvent(event: LifecycleEvent): void {
    (this.events ??= []).push(event);
  }

  /** Puts writes that were not applied back in front of what was staged since. */
  restore(earlier: StagedWrites): void {
    this.entries = [...earlier.entries, ...this.entries];
    this.waits = joined(earlier.waits, this.waits);
    this.endedWaits = joined(earlier.endedWaits, this.endedWaits);
    this.children = joined(earlier.children, this.children);
    this.signals = joined(earlier.signals, this.signals);
    this.stream = joined(earlier.stream, this.stream);
    this.events = joined(earlier.events, this.events);
    if (this.customStatus === undefined) this.customStatus = earlier.customStatus;
  }

  /**
   * The unit that makes them durable, together with a change of the instance row where there is one. Every unit has every field, so
   * that all have one shape: what reads them is the hottest code of a busy process.
   */
  toUnit(
    owner: Pick<FlushUnit, 'workflowId' | 'generation' | 'fence' | 'knownWakes'>,
    change?: UnitChange,
    waitless = false,
  ): FlushUnit {
    return {
      workflowId: owner.workflowId,
      generation: owner.generation,
      fence: owner.fence,
      knownWakes: owner.knownWakes,
      entries: this.entries,
      expect: change?.expect,
      waits: this.waits,
      waitless,
      endedWaits: this.endedWaits,
      children: this.children,
      signals: followed(this.signals, change?.signals),
      stream: this.stream,
      customStatus: this.customStatus,
      transition: change?.transition,
      events: followed(this.events, change?.events),
    };
  }
}

/** What a unit has besides staged writes. @internal */
export type UnitChange = Pick<FlushUnit, 'expect' | 'transition' | 'events' | 'signals'>;

function followed<T>(staged: readonly T[] | undefined, more: readonly T[] | undefined): readonly T[] | undefined {
  if (more === undefined || more.length === 0) return staged;
  return staged === undefined ? more : [...staged, ...more];
}

function joined<T>(earlier: T[] | undefined, later: T[] | undefined): T[] | undefined {
  return earlier === undefined || later === undefined ? (earlier ?? later) : earlier.concat(later);
}
