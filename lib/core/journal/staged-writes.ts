import type { JournalEntry, SignalSeed } from '../records/index.js';
import type { FlushUnit, StartUnit, StreamSeed, WaitRow } from '../store/index.js';
import type { LifecycleEvent } from '../lifecycle/index.js';

/** What one instance has brought forth and not yet made durable. @internal */
export class StagedWrites {
  entries: JournalEntry[] = [];
  waits: WaitRow[] = [];
  endedWaits: string[] = [];
  children: StartUnit[] = [];
  signals: SignalSeed[] = [];
  stream: StreamSeed[] = [];
  events: LifecycleEvent[] = [];
  customStatus: string | null | undefined = undefined;

  get isEmpty(): boolean {
    return (
      this.entries.length === 0 &&
      this.waits.length === 0 &&
      this.endedWaits.length === 0 &&
      this.signals.length === 0 &&
      this.stream.length === 0 &&
      this.events.length === 0 &&
      this.customStatus === undefined
    );
  }

  /** Puts writes that were not applied back in front of what was staged since. */
  restore(earlier: StagedWrites): void {
    this.entries = earlier.entries.concat(this.entries);
    this.waits = earlier.waits.concat(this.waits);
    this.endedWaits = earlier.endedWaits.concat(this.endedWaits);
    this.children = earlier.children.concat(this.children);
    this.signals = earlier.signals.concat(this.signals);
    this.stream = earlier.stream.concat(this.stream);
    this.events = earlier.events.concat(this.events);
    if (this.customStatus === undefined) this.customStatus = earlier.customStatus;
  }

  /** The unit that makes them durable. */
  toUnit(owner: Pick<FlushUnit, 'workflowId' | 'generation' | 'fence'>): FlushUnit {
    const unit: { -readonly [K in keyof FlushUnit]: FlushUnit[K] } = {
      workflowId: owner.workflowId,
      generation: owner.generation,
      fence: owner.fence,
      entries: this.entries,
    };
    if (this.waits.length > 0) unit.waits = this.waits;
    if (this.endedWaits.length > 0) unit.endedWaits = this.endedWaits;
    if (this.children.length > 0) unit.children = this.children;
    if (this.signals.length > 0) unit.signals = this.signals;
    if (this.stream.length > 0) unit.stream = this.stream;
    if (this.events.length > 0) unit.events = this.events;
    if (this.customStatus !== undefined) unit.customStatus = this.customStatus;
    return unit;
  }
}
