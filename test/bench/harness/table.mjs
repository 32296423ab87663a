import { show, showSpread } from './figures.mjs';

/**
 * The one table at the end: a line for each figure, with its bar.
 *
 * A line has `row`, `what`, `contender`, `figure` and perhaps `ratio` (each a number or a spread), `unit`, `over` (what the ratio is to),
 * `note` in place of a figure, and a `bar`: `{ of: 'figure' | 'ratio', atLeast | atMost, goal? }`.
 */
export class FinalTable {
  #lines = [];

  add(line) {
    this.#lines.push(line);
  }

  get isEmpty() {
    return this.#lines.length === 0;
  }

  /** How many bars are reached, and how many there are. */
  get count() {
    const barred = this.#lines.filter(({ bar }) => bar !== undefined);

    return { reached: barred.filter(isReached).length, of: barred.length };
  }

  *rows() {
    yield '| row | what | contender | median (spread) | ratio | bar | reached |';
    yield '|---|---|---|--:|--:|---|---|';
    for (const line of this.#lines) {
      const { row, what, contender, figure, unit = '', ratio, over, note, bar } = line;
      const cells = [
        row,
        what,
        contender,
        note ?? `${showFigure(figure)} ${unit}`.trim(),
        ratio === undefined ? '' : `${showFigure(ratio)} × ${over ?? ''}`.trim(),
        bar === undefined ? '' : showBar(bar),
        bar === undefined ? '' : isReached(line) ? 'yes' : '**no**',
      ];
      yield `| ${cells.join(' | ')} |`;
    }
  }
}

/** Whether the median keeps the bar; a figure that is missing keeps none. */
export function isReached({ bar, ...figures }) {
  const value = middleOf(figures[bar.of]);
  if (value === undefined || Number.isNaN(value)) return false;

  return bar.atLeast === undefined ? value <= bar.atMost : value >= bar.atLeast;
}

function showBar({ of, atLeast, atMost, goal }) {
  const sign = atLeast === undefined ? '≤' : '≥';
  const words = `${sign} ${show(atLeast ?? atMost)}${of === 'ratio' ? ' ×' : ''}`;

  return goal === undefined ? words : `${words}, goal ${show(goal)}`;
}

function showFigure(value) {
  return typeof value === 'object' && value !== null ? showSpread(value) : show(value);
}

function middleOf(value) {
  return typeof value === 'object' && value !== null ? value.median : value;
}
