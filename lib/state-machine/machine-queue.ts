/** Lets what one process does to one machine happen in turn, so that it never loses a race against itself. @internal */
export class MachineQueue {
  private readonly tails = new Map<string, Promise<unknown>>();

  run<T>(id: string, work: () => Promise<T>): Promise<T> {
    const before = this.tails.get(id);
    // A failure is its own caller's affair; whoever is next goes on.
    const result = before === undefined ? work() : before.then(work, work);
    this.tails.set(id, result);
    const done = (): void => {
      if (this.tails.get(id) === result) this.tails.delete(id);
    };
    result.then(done, done);
    return result;
  }
}
