/** What guards and hooks of a table get. @publicApi */
export interface TableArguments {
  readonly event: { readonly type: string; readonly [property: string]: unknown };
  readonly machineId?: string;
  readonly idempotencyKey?: string;
}

/** One line of a table. @publicApi */
export interface TableTransition<S extends string = string> {
  readonly trigger: string;
  /** One state, or several. */
  readonly from: S | readonly S[];
  readonly to: S;
  /** Whether it may happen; of several lines for one state and trigger the first whose guard agrees is taken. @default always */
  readonly guard?: (args: TableArguments) => boolean;
}

/** A machine without nesting. @publicApi */
export interface StateTable<S extends string = string> {
  readonly id?: string;
  readonly initial: S;
  readonly transitions: readonly TableTransition<S>[];
  /** States in which it ends. @default none */
  readonly final?: readonly S[];
  /** Called after the commit, as steps: first that of the state that is left. */
  readonly onExit?: Readonly<Partial<Record<S, TableHook>>>;
  readonly onEnter?: Readonly<Partial<Record<S, TableHook>>>;
  /** Called last, after every transition but the first. */
  readonly onTransition?: TableHook;
}

/** @publicApi */
export type TableHook = (args: TableArguments) => unknown;
