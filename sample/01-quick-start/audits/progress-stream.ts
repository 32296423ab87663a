import type { MessageEvent } from '@nestjs/common';
import type { WorkflowHandle } from 'nestjs-workflow';
import { Observable } from 'rxjs';

/**
 * The progress of an instance as server-sent events. It is read from the store: a watcher that comes late, or again with the id of
 * the last event it saw, misses nothing.
 */
export function progressEvents(handle: Pick<WorkflowHandle, 'stream'>, after: number): Observable<MessageEvent> {
  return new Observable<MessageEvent>((watcher) => {
    const ended = new AbortController();
    const read = async (): Promise<void> => {
      for await (const { id, payload } of handle.stream({ after, signal: ended.signal })) {
        watcher.next({ id: String(id), type: 'progress', data: payload as object });
      }
      watcher.complete();
    };
    read().catch((error: unknown) => watcher.error(error));

    return () => ended.abort();
  });
}
