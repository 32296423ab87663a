import type { Message } from './message.js';

export const TOPICS = [
  'delivery',
  'billing',
  'damage',
  'return',
  'account',
  'praise',
  'legal',
  'safety',
  'spam',
  'other',
] as const;
export type Topic = (typeof TOPICS)[number];

export interface Classification {
  readonly topic: Topic;
  /** Whether somebody should look at it before anything else. */
  readonly isUrgent: boolean;
}

/** Says what a message is about. Provide another one to ask a language model instead. */
export abstract class Classifier {
  abstract classify(message: Message): Promise<Classification>;
}
