import type { Verdict } from '../reviews/verdict.js';
import type { Topic } from './classifier.js';
import type { Message } from './message.js';

/** What the nodes of a ticket read and add to. */
export interface TicketState {
  readonly input: Message;
  readonly topic: Topic;
  readonly isUrgent: boolean;
  readonly order: string | null;
  readonly draft: string;
  readonly drafts: number;
  readonly remarks: readonly string[];
  /** Of whoever was asked last; `null` when nobody answered in time. */
  readonly verdict?: Verdict | null;
  /** How it ended. */
  readonly output: string;
}
