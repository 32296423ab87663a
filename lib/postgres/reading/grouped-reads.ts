import { afterPromises } from '../../core/time/index.js';

/** More keys than this in one statement would only make the first wait for the last. */
const LARGEST_GROUP = 100;

interface Asked<K, V> {
  readonly key: K;
  readonly resolve: (value: V) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Sends the reads that are asked for in one turn of the process as one statement: where many runs end together, many look at what they
 * have come to together.
 *
 * @internal
 */
export class GroupedReads<K, V> {
  private asked: Asked<K, V>[] = [];

  /** @param read Answers keys in their order. */
  constructor(private readonly read: (keys: readonly K[]) => Promise<readonly V[]>) {}

  get(key: K): Promise<V> {
    return new Promise((resolve, reject) => {
      if (this.asked.push({ key, resolve, reject }) === 1) afterPromises(this.send);
    });
  }

  private readonly send = (): void => {
    const { asked } = this;
    this.asked = [];
    for (let from = 0; from < asked.length; from += LARGEST_GROUP)
      void this.answer(asked.slice(from, from + LARGEST_GROUP));
  };

  private async answer(group: readonly Asked<K, V>[]): Promise<void> {
    try {
      const values = await this.read(group.map(({ key }) => key));
      group.forEach(({ resolve }, index) => {
        resolve(values[index] as V);
      });
    } catch (error) {
      const [only] = group;
      if (group.length === 1) only?.reject(error);
      // A key that cannot be asked for is no reason to keep the others' answers from them.
      else await Promise.all(group.map((one) => this.answer([one])));
    }
  }
}
