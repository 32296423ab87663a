import { refuseUnknownOptions, optionName, type KnownOptions } from './known-options.js';

/** Reads one option: its default where it was left out. @throws WorkflowOptionsError naming the option. */
type OptionRule<V> = (value: V | undefined, option: string) => Exclude<V, undefined>;

/** Every option of a type as it is once it was read. @internal */
export type ReadOptions<T extends object> = { readonly [K in keyof T]-?: Exclude<T[K], undefined> };

/**
 * What the options of one place are called, what they have to be and what they are where they were left out: said once for the object
 * that is made of them, for a given instance of it, and for whoever asks what there is.
 *
 * @internal
 */
export class OptionRules<T extends object> {
  readonly names: KnownOptions;

  constructor(private readonly rules: { readonly [K in keyof T & string]-?: OptionRule<T[K]> }) {
    this.names = new Set(Object.keys(rules));
  }

  /** @throws WorkflowOptionsError for an option that is unknown, and a value that is not accepted. */
  read(given: Partial<T> | undefined, place: string, path = ''): ReadOptions<T> {
    refuseUnknownOptions(given, this.names, place, path);
    return this.values(given ?? {}, place, path);
  }

  /**
   * Checks an object of the class of these options, and fills in those that it left out. One of a subclass may have properties of its own.
   *
   * @throws WorkflowOptionsError for a value that is not accepted, and an option that is unknown.
   */
  settle<O extends T>(instance: O, place: string, path = ''): O {
    if (!isOfSubclass(instance)) refuseUnknownOptions(instance, this.names, place, path);
    const values = this.values(instance, place, path);
    for (const name of Object.keys(values) as (keyof T)[]) (instance as T)[name] ??= values[name];
    return instance;
  }

  /** The options among the properties of an object. */
  pick(instance: T): ReadOptions<T> {
    const names = Object.keys(this.rules) as (keyof T)[];
    return Object.fromEntries(names.map((name) => [name, instance[name]])) as ReadOptions<T>;
  }

  private values(given: Partial<T>, place: string, path: string): ReadOptions<T> {
    const read = Object.entries(this.rules).map(([name, rule]) => {
      const option = optionName(path === '' ? name : `${path}.${name}`, place);
      return [name, (rule as OptionRule<unknown>)(given[name as keyof T], option)];
    });
    return Object.fromEntries(read) as ReadOptions<T>;
  }
}

function isOfSubclass(instance: object): boolean {
  const base: unknown = Object.getPrototypeOf(Object.getPrototypeOf(instance) as object);
  return base !== Object.prototype;
}
