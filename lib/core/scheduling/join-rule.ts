/**
 * When a node runs, once all it depends on has ended:
 *
 * - `all_success`: nothing failed, and something completed. What was skipped counts for neither; where all was skipped, so is the node.
 * - `none_failed`: nothing failed. What was skipped counts as done.
 * - `any`: something completed, whatever became of the rest.
 * - `all_done`: always.
 *
 * A node without dependencies always runs.
 *
 * @publicApi
 */
export type JoinRule = 'all_success' | 'none_failed' | 'any' | 'all_done';

/** How a node ended. @internal */
export enum NodeEnd {
  Completed = 1,
  /** Neutral: by its guard, or because all it depends on was skipped. */
  Skipped = 2,
  Failed = 3,
  /** It never ran, because something before it failed. */
  UpstreamFailed = 4,
}

/** What a join rule says of a node all of whose dependencies have ended. @internal */
export type JoinVerdict = 'run' | NodeEnd.Skipped | NodeEnd.UpstreamFailed;

/** Judges a node by how many of its dependencies completed and failed; it has at least one. @internal */
export function judgeJoin(rule: JoinRule, completed: number, failed: number): JoinVerdict {
  if (rule === 'all_done') return 'run';
  if (rule === 'any') {
    if (completed > 0) return 'run';
    return failed > 0 ? NodeEnd.UpstreamFailed : NodeEnd.Skipped;
  }
  if (failed > 0) return NodeEnd.UpstreamFailed;
  return rule === 'none_failed' || completed > 0 ? 'run' : NodeEnd.Skipped;
}
