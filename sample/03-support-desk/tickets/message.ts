/** What a customer wrote. */
export interface Message {
  readonly from: string;
  readonly subject: string;
  readonly text: string;
}

/** Reads a message as it is kept in a file: headers, an empty line, the text. @throws TypeError when there is no sender or no text */
export function parseMessage(source: string): Message {
  const [head = '', ...paragraphs] = source.replaceAll('\r\n', '\n').split('\n\n');
  const headers = new Map(
    head.split('\n').map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()] as const;
    }),
  );
  const text = paragraphs.join('\n\n').trim();
  const from = headers.get('from');
  if (from === undefined || text === '')
    throw new TypeError('A message has a line "From: …", an empty line and a text.');

  return { from, subject: headers.get('subject') ?? '', text };
}

/** The first name of whoever wrote, for the salutation. */
export function firstName({ from }: Message): string {
  const [name = ''] = from.split('<');
  const [first = 'customer'] = name
    .replace(/^dr\.?\s/i, '')
    .trim()
    .split(/\s+/);

  return first === '' ? 'customer' : first;
}

/** The order that the message is about, if it names one. */
export function orderNumber({ subject, text }: Message): string | null {
  return /\bA-\d{5}\b/.exec(`${subject}\n${text}`)?.[0] ?? null;
}
