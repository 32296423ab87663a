/** A break of the engine, and the short round that must come to a violation by it. */
export interface Mutant {
  readonly what: string;
  /** Among the mutants of the specs. */
  readonly patch: string;
  readonly scenario: string;
  readonly share: number;
}

export const MUTANTS: readonly Mutant[] = [
  { what: 'fencing off', patch: 'postgres-fence-unchecked', scenario: 'freezes', share: 0.3 },
  { what: 'the position key dropped', patch: 'postgres-position-key-dropped', scenario: 'commits', share: 0.1 },
  { what: 'timers in memory only', patch: 'postgres-timers-in-memory', scenario: 'timers', share: 0.025 },
  { what: 'polling off', patch: 'polling-off', scenario: 'restarts', share: 0.25 },
  {
    what: 'compensation in the order of the steps',
    patch: 'undo-in-order-of-the-steps',
    scenario: 'cancels',
    share: 0.05,
  },
  { what: 'recovery counting nothing', patch: 'postgres-crashes-not-counted', scenario: 'poison', share: 0.3 },
];
