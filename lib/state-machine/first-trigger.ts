/** The trigger of the first transition. @internal */
export const CREATED = '$created';
/** The trigger of the first transition of a machine that begins on a row which exists. @internal */
export const ATTACHED = '$attached';
