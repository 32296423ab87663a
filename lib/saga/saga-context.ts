/** What goes through a saga: handed to every action and every compensation. @publicApi */
export interface SagaContext<I = unknown, R extends object = Record<string, unknown>> {
  /** What the saga was started with. */
  readonly input: I;
  /** What the completed steps answered, by their names. */
  readonly results: Readonly<R>;
}
