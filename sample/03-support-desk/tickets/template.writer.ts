import { Injectable } from '@nestjs/common';
import type { Topic } from './classifier.js';
import { firstName } from './message.js';
import { Writer, type Assignment } from './writer.js';

const PARAGRAPHS: Readonly<Record<Topic, readonly [answer: string, next: string]>> = {
  delivery: [
    'Thank you for telling us. We have asked the carrier about {order}.',
    'You will hear from us by tomorrow evening, whatever the carrier says.',
  ],
  billing: [
    'We have looked at the books for {order} and will put right what is wrong in them.',
    'Our bookkeeping writes to you within two working days.',
  ],
  damage: [
    'That should not have happened to {order}. The right goods leave our house today, at no cost for you.',
    'Please keep what you have received; there is nothing to send back.',
  ],
  return: ['You may return unopened goods of {order} within thirty days.', 'A label is attached. The postage is ours.'],
  account: [
    'We have set your account back, and a new link to choose a password is on its way.',
    'If it has not arrived within the hour, write to us again.',
  ],
  praise: ['You have made the day of the person who packed your parcel.', 'The card hangs on our wall now.'],
  legal: [
    'We have received your letter about {order} and take it seriously.',
    'The head of our customer service answers you in person within two working days.',
  ],
  safety: [
    'We are very sorry, and glad that it ended well. We have stopped the sale of the blend until we know more.',
    'Our quality manager calls you today. Please keep the packet with its batch number.',
  ],
  spam: ['We are not interested.', 'Please remove our address.'],
  other: ['Thank you for your message.', 'We look into it, and write to you within two working days.'],
};

/** Writes what is always written, and heeds what reviewers wished for. */
@Injectable()
export class TemplateWriter extends Writer {
  async write({ message, topic, order, remarks }: Assignment): Promise<string> {
    const [answer, next] = PARAGRAPHS[topic];
    const wishes = remarks.filter((remark) => !isShorter(remark));
    const paragraphs = [
      `Dear ${firstName(message)},`,
      answer.replace('{order}', order === null ? 'your order' : `your order ${order}`),
      ...(remarks.some(isShorter) ? [] : [next]),
      ...wishes,
      'Your tea shop',
    ];

    return paragraphs.join('\n\n');
  }
}

function isShorter(remark: string): boolean {
  return /\bshort(er)?\b/i.test(remark);
}
