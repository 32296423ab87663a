/**
 * A span of work that can be stopped. Scopes form a tree: aborting one aborts what it contains. The `AbortSignal`, which is dear to
 * make, exists only once somebody asks for it; the engine itself listens through {@link onAbort}.
 *
 * @internal
 */
export class AbortScope {
  private parent: AbortScope | undefined;
  private children: Set<AbortScope> | undefined;
  private listeners: Set<(reason: unknown) => void> | undefined;
  private controller: AbortController | undefined;
  private unfollow: (() => void) | undefined;
  private isAborted = false;
  private abortReason: unknown;

  /** Whether the scope was aborted. */
  get aborted(): boolean {
    return this.isAborted;
  }

  /** What the scope was aborted with. */
  get reason(): unknown {
    return this.abortReason;
  }

  /** For code that does not know scopes: step bodies, `fetch`, drivers. */
  get signal(): AbortSignal {
    if (this.controller === undefined) {
      this.controller = new AbortController();
      if (this.isAborted) this.controller.abort(this.abortReason);
    }
    return this.controller.signal;
  }

  /** Aborts this scope and all it contains. The first reason stays. */
  abort(reason: unknown): void {
    if (this.isAborted) return;
    this.isAborted = true;
    this.abortReason = reason;
    const { children, listeners } = this;
    this.dispose();
    this.controller?.abort(reason);
    try {
      callEach(listeners, (listener) => listener(reason));
    } finally {
      callEach(children, (child) => child.abort(reason));
    }
  }

  /** @throws the reason, when the scope was aborted. */
  throwIfAborted(): void {
    if (this.isAborted) throw this.abortReason;
  }

  /** A scope that is aborted with this one, and may be aborted alone. {@link dispose} it when its work has ended. */
  child(): AbortScope {
    const child = new AbortScope();
    if (this.isAborted) {
      child.abort(this.abortReason);
    } else {
      child.parent = this;
      (this.children ??= new Set()).add(child);
    }
    return child;
  }

  /**
   * Calls back once when the scope is aborted: with the abort itself, or, when that has happened already, one microtask later.
   *
   * @returns removes the listener; safe to call at any time.
   */
  onAbort(listener: (reason: unknown) => void): () => void {
    // The same function may be added twice, and each addition is removed by itself.
    const own = (reason: unknown): void => listener(reason);
    const listeners = (this.listeners ??= new Set());
    listeners.add(own);
    if (this.isAborted) {
      queueMicrotask(() => {
        if (listeners.delete(own)) own(this.abortReason);
      });
    }
    return () => listeners.delete(own);
  }

  /** An answer, or the reason for which the scope is aborted first: what does not end with it is not waited for. */
  until<T>(answer: PromiseLike<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const leave = this.onAbort(reject);
      answer.then(resolve, reject).then(leave, leave);
    });
  }

  /** Aborts this scope when a foreign signal is aborted, until {@link dispose}. A second signal takes the place of the first. */
  follow(signal: AbortSignal): void {
    this.unfollow?.();
    if (signal.aborted) return this.abort(signal.reason);
    const onAbort = (): void => this.abort(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    this.unfollow = () => signal.removeEventListener('abort', onAbort);
  }

  /**
   * Ends the scope: it leaves its parent, lets go of its listeners and children, and is not aborted from outside any more. A
   * signal that was handed out stays as it is.
   */
  dispose(): void {
    this.parent?.children?.delete(this);
    this.parent = undefined;
    this.children = undefined;
    this.listeners = undefined;
    this.unfollow?.();
    this.unfollow = undefined;
  }
}

/** Calls all, also when one throws; then throws what the first one threw. */
function callEach<T>(items: Set<T> | undefined, call: (item: T) => void): void {
  const failures: unknown[] = [];
  for (const item of items ?? []) {
    try {
      // Removed by one that was called before it.
      if (items?.delete(item)) call(item);
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
}
