import { StateError } from '../../core/errors/index.js';

/** How XState begins what it says of a machine that goes in circles; there is no other sign of it. */
const CIRCLE = /^Infinite loop detected/;

/** How it begins what it says of a message to a child that there is not. */
const NOBODY = /^Unable to send event to actor '(.*)' from machine/;

/**
 * Gives what a transition throws as it was thrown: XState tells the errors of guards, those of circles, and those
 * of messages to nobody in words alone.
 *
 * @internal
 */
export class MachineFaults {
  private thrown: { readonly error: unknown } | undefined;

  constructor(private readonly name: string) {}

  /** Runs a guard of the machine. */
  guard<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      this.thrown = { error };
      throw error;
    }
  }

  /** Runs a transition, or asks for one. */
  run<T>(trigger: string, work: () => T): T {
    this.thrown = undefined;
    try {
      return work();
    } catch (error) {
      throw this.of(error, trigger);
    }
  }

  /** What stands behind an error of XState. */
  of(error: unknown, trigger: string): unknown {
    if (this.thrown !== undefined) return this.thrown.error;
    const message = (error as Partial<Error> | undefined)?.message ?? '';
    const nobody = NOBODY.exec(message)?.[1];
    if (nobody !== undefined) {
      return new StateError(
        `The state machine "${this.name}" sends to "${nobody}" by "${trigger}", and has no such child then. Send to the id of one that its state invokes, or that was spawned.`,
        { cause: error },
      );
    }
    if (!CIRCLE.test(message)) return error;
    return new StateError(
      `The state machine "${this.name}" goes in circles: by "${trigger}" it makes more steps than it may without coming to rest. Let a guard lead out of the circle, or raise options.maxIterations of its definition.`,
      { cause: error },
    );
  }
}
