/** The places of a pipeline's steps, those inside others too, in the order in which it goes through them. @internal */
export interface StepLayout {
  readonly paths: readonly string[];
  readonly slots: ReadonlyMap<string, number>;
  /** The places of those that stand inside others. */
  readonly inside: ReadonlySet<number>;
}
