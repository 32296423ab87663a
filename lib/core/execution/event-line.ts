import {
  lifecycleEventId,
  type LifecycleDetail,
  type LifecycleEvent,
  type LifecycleEventType,
} from '../lifecycle/index.js';
import {
  decodeName,
  isEngineName,
  type InstanceRecord,
  type InstanceStatus,
  type JournalEntry,
} from '../records/index.js';
import type { InstanceWriter, StagedWrites } from '../journal/index.js';
import type { FlushUnit, StartUnit } from '../store/index.js';
import type { EngineServices } from './engine-services.js';

const NOTHING: readonly never[] = [];

/** Numbers an instance's lifecycle events and its live progress, and tells them once they are true. @internal */
export class EventLine {
  private seq: number;
  private streamPosition = -1;
  private streamIndex = 0;
  private statusOrder = 0;

  constructor(
    private readonly services: EngineServices,
    private record: InstanceRecord,
  ) {
    this.seq = record.eventSeq;
  }

  reclaim(record: InstanceRecord): void {
    this.record = record;
    this.seq = Math.max(this.seq, record.eventSeq);
  }

  /** An event with the next number; the number counts as used once a unit that carries it was applied. */
  draft(type: LifecycleEventType, status: InstanceStatus, detail?: LifecycleDetail): LifecycleEvent {
    const seq = this.seq + 1;
    const { record } = this;
    return {
      type,
      eventId: lifecycleEventId(record.id, record.generation, seq),
      seq,
      workflowId: record.id,
      workflowName: record.name,
      version: record.version,
      generation: record.generation,
      at: this.services.storeTime.now(),
      status,
      headers: record.headers,
      ...(record.parent === undefined ? {} : { parentId: record.parent.workflowId }),
      ...(detail === undefined ? {} : { detail }),
    };
  }

  /** The last number in use; put back when what used it was rolled back. */
  get number(): number {
    return this.seq;
  }

  set number(seq: number) {
    this.seq = seq;
  }

  /** Tells events whose unit was applied, those of the children it created too; with an outbox the relay tells them. */
  publish({ events, children }: FlushUnit, foreignChildren: readonly string[] = NOTHING): void {
    if (events === undefined && children === undefined) return;
    this.publishAll(events ?? NOTHING, children ?? NOTHING, foreignChildren);
  }

  private publishAll(
    events: readonly LifecycleEvent[],
    children: readonly StartUnit[],
    foreignChildren: readonly string[],
  ): void {
    for (const event of events) this.seq = Math.max(this.seq, event.seq);
    if (this.services.options.outbox) return;
    for (const event of events) this.services.bus.publish(event);
    for (const { seed, events: started = NOTHING } of children)
      if (!foreignChildren.includes(seed.id)) for (const event of started) this.services.bus.publish(event);
  }

  /** A step's end, where step events are asked for; travels with the step's entry. */
  stepEnded(staged: StagedWrites, entry: JournalEntry): void {
    if (!this.services.options.stepEvents || (entry.kind !== 'step' && entry.kind !== 'undo')) return;
    const isUndo = entry.kind === 'undo';
    // What the engine records for itself is no step of anybody.
    if (isUndo ? entry.status !== 'completed' : isEngineName(entry.name)) return;
    const type = isUndo ? 'step_compensated' : entry.status === 'completed' ? 'step_completed' : 'step_failed';
    const step = decodeName(isUndo ? entry.name.slice('$compensate:'.length) : entry.name);
    const event = this.draft(type, isUndo ? 'compensating' : 'running', { step, attempts: entry.attempts });
    this.seq = event.seq;
    staged.addEvent(event);
  }

  /** The custom status; of several that pass through a slow codec the last one given wins. */
  showStatus(writer: InstanceWriter, text: string | undefined): void {
    const order = (this.statusOrder += 1);
    const sealed = this.services.payloads.seal(text, { workflowId: this.record.id, place: 'status' });
    const stage = (settled: string | undefined): void => {
      if (order === this.statusOrder) writer.staged.customStatus = settled ?? null;
    };
    if (sealed instanceof Promise) void sealed.then(stage);
    else stage(sealed);
  }

  /** Live progress: told here at once, stored with the next write. */
  emit(
    writer: InstanceWriter,
    afterPosition: number,
    kind: 'emit' | 'progress',
    payload: unknown,
    step: string | undefined,
  ): void {
    const { record, services } = this;
    const text = services.payloads.toText(
      payload,
      kind === 'emit' ? 'emitted event' : `progress of step "${step ?? ''}"`,
    );
    const at = services.storeTime.now();
    services.stream.publish({
      workflowId: record.id,
      generation: record.generation,
      kind,
      at,
      payload: services.payloads.fromText(text),
      ...(step === undefined ? {} : { step }),
    });
    if (this.streamPosition !== afterPosition) {
      this.streamPosition = afterPosition;
      this.streamIndex = 0;
    }
    const index = this.streamIndex++;
    const sealed = services.payloads.seal(text, { workflowId: record.id, place: 'stream' });
    const stage = (settled: string | undefined): void => {
      writer.staged.addStream({
        afterPosition,
        index,
        kind,
        ...(step === undefined ? {} : { step }),
        ...(settled === undefined ? {} : { payload: settled }),
      });
    };
    if (sealed instanceof Promise) void sealed.then(stage);
    else stage(sealed);
  }
}
