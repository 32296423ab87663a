import { Injectable } from '@nestjs/common';
import { Classifier, type Classification, type Topic } from './classifier.js';
import type { Message } from './message.js';

/** What speaks for a topic, and how much; the first of equals wins, so that those with consequences stand first. */
const SIGNS: readonly (readonly [topic: Topic, weight: number, sign: RegExp])[] = [
  ['safety', 5, /\b(allerg\w*|hospital|reaction|poison\w*)\b/gi],
  ['legal', 5, /\b(attorney|lawyer|legal action|final demand)\b/gi],
  ['spam', 2, /\b(seo|backlinks?|rank number one|guaranteed|limited offer|unsubscribe)\b/gi],
  ['damage', 2, /\b(broken|pieces|shards?|damaged|instead of|wrong shelf)\b/gi],
  ['billing', 2, /\b(charged|refund|invoice|payment|vat number|card statement)\b/gi],
  ['delivery', 2, /\b(parcel|tracking|carrier|dispatch|cancel it|leaves your house)\b/gi],
  ['return', 2, /\b(return|send back|sending something back|return label)\b/gi],
  ['account', 2, /\b(log in|password|account is)\b/gi],
  ['praise', 3, /\b(thank you to|wonderful|customer for life)\b/gi],
];

const URGENT: ReadonlySet<Topic> = new Set(['safety', 'legal']);

/** Counts words: enough to sort a day's mail, and always the same. */
@Injectable()
export class RuleClassifier extends Classifier {
  async classify({ subject, text }: Message): Promise<Classification> {
    const weights = SIGNS.map(([topic, weight, sign]) => ({
      topic,
      // What the subject says counts twice.
      weight: weight * (count(`${subject}\n${text}`, sign) + count(subject, sign)),
    }));
    const { topic, weight } = weights.reduce((most, each) => (each.weight > most.weight ? each : most));

    return { topic: weight === 0 ? 'other' : topic, isUrgent: weight > 0 && URGENT.has(topic) };
  }
}

function count(text: string, sign: RegExp): number {
  return text.match(sign)?.length ?? 0;
}
