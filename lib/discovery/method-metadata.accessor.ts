import { ClassMetadata, type MetadataKey } from './class-metadata.accessor.js';

/** A method that carries a decorator, and what that recorded. @internal */
export interface DecoratedMethod<T> {
  readonly method: string;
  readonly value: T;
}

/**
 * What one decorator records on methods: written by the decorator, read when the application starts.
 *
 * @internal
 */
export class MethodMetadata<T> {
  private readonly metadata: ClassMetadata<readonly DecoratedMethod<T>[]>;

  constructor(key: MetadataKey) {
    this.metadata = new ClassMetadata(key);
  }

  record(prototype: object, method: string, value: T): void {
    this.metadata.record(prototype, [...(this.metadata.of(prototype) ?? []), { method, value }]);
  }

  /** The methods of a class: those of its bases first, each in the order of declaration. */
  of(target: { readonly prototype: object }): DecoratedMethod<T>[] {
    const found: DecoratedMethod<T>[] = [];
    for (let at: object | null = target.prototype; at !== null; at = Object.getPrototypeOf(at) as object | null) {
      const seen = new Set(found.map(({ method }) => method));
      found.unshift(...(this.metadata.of(at) ?? []).filter(({ method }) => !seen.has(method)));
    }
    return found;
  }
}
