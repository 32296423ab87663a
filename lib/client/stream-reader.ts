import { WorkflowNotFoundError } from '../core/errors/index.js';
import type { EngineServices } from '../core/execution/index.js';
import type { StreamItem } from '../core/lifecycle/index.js';
import { knownOptions, refuseUnknownOptions } from '../core/options/index.js';
import { assertPossibleId, isTerminal } from '../core/records/index.js';
import type { StreamRecord } from '../core/store/index.js';
import type { StreamOptions } from './client-options.interface.js';
import type { InstanceHints } from './instance-hints.js';
import { StreamPause } from './stream-pause.js';
import { wholeInput } from './value-rules.js';

const PAGE_SIZE = 200;
const STREAM = knownOptions<StreamOptions>({ after: true, signal: true });

/** One stored item of an instance's live progress; its `id` is where to go on after a broken connection. @publicApi */
export interface StoredStreamItem extends StreamItem {
  readonly id: number;
}

/**
 * Reads the live progress of instances from the store, so that any process can stream any instance; what this process hears of
 * only makes it look sooner.
 *
 * @internal
 */
export class StreamReader {
  constructor(
    private readonly services: Pick<EngineServices, 'store' | 'clock' | 'payloads'>,
    private readonly hints: InstanceHints,
  ) {}

  /** Items in the order in which they were stored; ends when the instance has ended and everything was read. */
  read(workflowId: string, options: StreamOptions): AsyncIterableIterator<StoredStreamItem> {
    refuseUnknownOptions(options, STREAM, 'stream');
    const after = wholeInput(options.after ?? 0, 'The item to stream after', 0);
    const pause = new StreamPause(this.services.clock, this.hints, workflowId, options.signal);
    const items = this.items(workflowId, after, pause);
    return {
      [Symbol.asyncIterator]() {
        return this;
      },
      next: () => items.next(),
      // A generator answers `return` only when it comes to its next yield: end its pause first.
      return: () => {
        pause.end();
        return items.return(undefined);
      },
    };
  }

  private async *items(
    workflowId: string,
    after: number,
    pause: StreamPause,
  ): AsyncGenerator<StoredStreamItem, undefined> {
    const { store } = this.services;
    assertPossibleId(workflowId);
    let last = after;
    try {
      while (!pause.isEnded) {
        // The status is read first: everything that an ended instance emitted is then among the rows.
        const record = await store.find(workflowId);
        if (record === undefined) throw new WorkflowNotFoundError({ workflowId });
        let page: StreamRecord[];
        do {
          page = await store.readStream(workflowId, last, PAGE_SIZE);
          for (const row of page) {
            const item = await this.toItem(workflowId, row);
            if (pause.isEnded) return undefined;
            last = row.id;
            yield item;
          }
          if (page.length > 0) pause.shorten();
        } while (page.length === PAGE_SIZE);
        if (isTerminal(record.status)) return undefined;
        await pause.wait();
      }
      return undefined;
    } finally {
      pause.end();
    }
  }

  private async toItem(workflowId: string, row: StreamRecord): Promise<StoredStreamItem> {
    const { id, generation, kind, step, at } = row;
    const payload = await this.services.payloads.decode(row.payload, { workflowId, place: 'stream' });
    return { id, workflowId, generation, kind, ...(step === undefined ? {} : { step }), at, payload };
  }
}
