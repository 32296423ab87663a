/**
 * Ends the code of a generation; carried by `throw` so that nothing after `continueAsNew` runs. Not an error: nobody sees it.
 *
 * @internal
 */
export class ContinueAsNew {
  constructor(readonly input: unknown) {}
}
