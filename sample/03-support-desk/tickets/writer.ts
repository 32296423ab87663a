import type { Topic } from './classifier.js';
import type { Message } from './message.js';

/** What an answer is to be made of. */
export interface Assignment {
  readonly message: Message;
  readonly topic: Topic;
  readonly order: string | null;
  /** What reviewers wished for so far, the last wish last. */
  readonly remarks: readonly string[];
}

/** Drafts answers. Provide another one to ask a language model instead. */
export abstract class Writer {
  abstract write(assignment: Assignment, signal: AbortSignal): Promise<string>;
}
