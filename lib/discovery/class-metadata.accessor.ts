const PREFIX = 'workflow:';

/** What something is recorded under. @internal */
export type MetadataKey = `${typeof PREFIX}${string}`;

/**
 * What one decorator records on classes: written by the decorator, read when the application starts.
 * Only what stands on the class itself counts: a subclass is not a workflow because its base is one.
 *
 * @internal
 */
export class ClassMetadata<T> {
  constructor(private readonly key: MetadataKey) {}

  /** Whether any of our decorators recorded something on the class itself: one look instead of one for each of them. */
  static isOn(target: object): boolean {
    return Reflect.getOwnMetadataKeys(target).some((key) => typeof key === 'string' && key.startsWith(PREFIX));
  }

  /** Records a value; a second one replaces the first. */
  record(target: object, value: T): void {
    Reflect.defineMetadata(this.key, value, target);
  }

  /** What was recorded on the class itself. */
  of(target: object): T | undefined {
    return Reflect.getOwnMetadata(this.key, target) as T | undefined;
  }
}

/**
 * The same for a decorator that may stand on one class several times.
 *
 * @internal
 */
export class ClassMetadataList<T> {
  private readonly metadata: ClassMetadata<readonly T[]>;

  constructor(key: MetadataKey) {
    this.metadata = new ClassMetadata(key);
  }

  /** Decorators run from the bottom up; the list reads from the top down. */
  record(target: object, value: T): void {
    this.metadata.record(target, [value, ...this.of(target)]);
  }

  of(target: object): readonly T[] {
    return this.metadata.of(target) ?? [];
  }
}
