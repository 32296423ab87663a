import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { FinalTable } from './table.mjs';

const folder = fileURLToPath(new URL('../results/', import.meta.url));
const file = `${folder}results.jsonl`;

/** What a run of the bench finds: appended to `results/` with its commit as it is found, and kept for the table at the end. */
export class Results {
  table = new FinalTable();
  #common;
  #isResumed;
  #earlier;
  #piece;

  /**
   * @param isResumed Pieces that an earlier run of the same commit, in the same way, has finished are taken from its results.
   * @param way What makes figures comparable beside the commit: settings of the server, sizes.
   */
  constructor({ commit, way, isResumed }) {
    mkdirSync(folder, { recursive: true });
    this.#common = { commit, way, node: process.version };
    this.#isResumed = isResumed;
  }

  /** Figures in all their detail. */
  record(figures) {
    const line = { at: new Date().toISOString(), ...this.#common, piece: this.#piece, ...figures };
    appendFileSync(file, `${JSON.stringify(line)}\n`);
  }

  /** A line of the table, as {@link FinalTable} has it. */
  report(line) {
    this.table.add(line);
    this.record({ line });
  }

  /** Runs a part of a row that stands for itself, or takes what an earlier run has found. */
  async piece(name, run) {
    const known = this.#isResumed ? this.#finished().get(name) : undefined;
    if (known !== undefined) {
      for (const line of known) this.table.add(line);
      console.log(`${name}: as an earlier run has found it.`);

      return;
    }
    this.#piece = name;
    await run();
    this.record({ finished: true });
    this.#piece = undefined;
  }

  /** The lines of every finished piece of this commit, the last of each. */
  #finished() {
    if (this.#earlier !== undefined) return this.#earlier;
    const open = new Map();
    this.#earlier = new Map();
    if (!existsSync(file)) return this.#earlier;
    for (const text of readFileSync(file, 'utf8').split('\n').filter(Boolean)) {
      const { commit, way, piece, line, finished } = JSON.parse(text);
      if (commit !== this.#common.commit || way !== this.#common.way || piece === undefined) continue;
      if (line !== undefined) open.set(piece, [...(open.get(piece) ?? []), line]);
      if (finished !== true) continue;
      this.#earlier.set(piece, open.get(piece) ?? []);
      open.delete(piece);
    }

    return this.#earlier;
  }
}
