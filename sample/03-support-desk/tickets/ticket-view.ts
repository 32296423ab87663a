import type { GraphVisit } from 'nestjs-workflow/graph';
import type { TicketState } from './ticket-state.js';

/** A ticket as it is shown. */
export interface TicketView extends Partial<Pick<TicketState, 'topic' | 'isUrgent' | 'order' | 'draft' | 'drafts'>> {
  readonly id: string;
  readonly status: string;
  /** The node whose question waits for an answer. */
  readonly waitsAt: string | undefined;
  readonly from: string;
  readonly subject: string;
  readonly outcome: unknown;
  /** Which way it went so far. */
  readonly path: readonly string[];
}

/** A visit without the state, of which the last one is enough. */
export type VisitView = Pick<GraphVisit, 'visit' | 'update' | 'error'>;
