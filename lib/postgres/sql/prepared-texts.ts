import { createHash } from 'node:crypto';

/** @internal */
export interface PreparedText {
  readonly name?: string;
  readonly text: string;
}

/** Rows written by this process after which plans are made anew: at each factor of four, as long as tables are young. */
const REPLAN_ROWS = [64, 256, 1_024, 4_096, 16_384, 65_536, 262_144];

/**
 * The texts of the store's statements, each built once, with the names under which connections keep them prepared.
 *
 * A kept plan that was made while a table was nearly empty reads the whole table, and goes on doing so when the table has grown.
 * So the names change a few times while this process fills the tables, which makes every connection plan again.
 *
 * @internal
 */
export class PreparedTexts {
  private readonly texts = new Map<string, PreparedText>();
  private rows = 0;
  private epoch = 0;

  constructor(private readonly named: boolean) {}

  /** The statement known by `key`; `build` runs the first time only. */
  get(key: string, build: () => string): PreparedText {
    const known = this.texts.get(key);
    if (known !== undefined) return known;
    const text = build();
    const prepared = this.named ? { name: this.nameOf(key, text), text } : { text };
    this.texts.set(key, prepared);
    return prepared;
  }

  /** Says that rows were written. */
  noteRows(count: number): void {
    this.rows += count;
    const next = REPLAN_ROWS[this.epoch];
    if (next === undefined || this.rows < next) return;
    while (this.rows >= (REPLAN_ROWS[this.epoch] ?? Number.POSITIVE_INFINITY)) this.epoch += 1;
    this.texts.clear();
  }

  private nameOf(key: string, text: string): string {
    // The text is part of the name: two stores on one pool may have different table names.
    const digest = createHash('sha256').update(text).digest('hex').slice(0, 12);
    return `nw_${key.replace(/[^A-Za-z0-9]+/g, '_').slice(0, 40)}_${digest}_${this.epoch}`;
  }
}
