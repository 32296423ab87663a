import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Injectable } from '@nestjs/common';
import { Settings } from '../settings.js';
import { parseMessage, type Message } from './message.js';

/** The folder in which the customers' messages arrive, one file each. */
@Injectable()
export class Inbox {
  constructor(private readonly settings: Settings) {}

  /** By name, which becomes the ticket's. */
  async read(): Promise<ReadonlyMap<string, Message>> {
    const { messages } = this.settings;
    const files = (await readdir(messages)).filter((file) => file.endsWith('.txt')).sort();
    const read = files.map(async (file) => {
      return [basename(file, '.txt'), parseMessage(await readFile(join(messages, file), 'utf8'))] as const;
    });

    return new Map(await Promise.all(read));
  }
}
