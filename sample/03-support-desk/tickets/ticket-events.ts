import type { MessageEvent } from '@nestjs/common';
import type { GraphEvent } from 'nestjs-workflow/graph';
import { defer, filter, map, type OperatorFunction } from 'rxjs';

/**
 * Numbers what happens to a ticket by its visits, with halves for what lies between them, and leaves out what a browser has seen that
 * connects again.
 *
 * @param lastSeen The `Last-Event-ID` that it sends.
 */
export function eventsAfter(lastSeen: string | undefined): OperatorFunction<GraphEvent, MessageEvent> {
  const seen = Number(lastSeen) || 0;

  return (events) =>
    defer(() => {
      let visits = 0;

      return events.pipe(
        map(({ type, ...data }) => {
          if (type === 'visit_ended') visits += 1;

          return { id: `${type === 'visit_ended' ? visits : visits + 0.5}`, type, data };
        }),
        filter(({ id, type }) => type === 'ended' || Number(id) > seen),
      );
    });
}
