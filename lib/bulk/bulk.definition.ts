import type { DefinitionRegistry, WorkflowContext, WorkflowDefinition } from '../core/definition/index.js';
import { toDot, toMermaid, type DiagramGraph } from '../core/diagram/index.js';
import { WorkflowDefinitionError } from '../core/errors/index.js';
import { flag } from '../core/options/index.js';
import { assertVersion, assertWorkflowName } from '../core/records/index.js';
import type { BulkItems } from './batch-source.js';
import { BulkOperationConfig, secondsAbove0, type BulkOperationConfigOptions } from './bulk-operation-config.js';
import { settingsIn, settingsOf } from './house-settings.js';
import { interpretBulk, type BulkPlan, type BulkProcess, type BulkSummary } from './bulk.interpreter.js';

/** @publicApi */
export interface BulkOptions<I, T, R> extends BulkOperationConfigOptions {
  /**
   * Gives the items that an input means. It is read again, from its beginning, by a process that takes the run over: then it must give
   * the same items in the same order.
   */
  readonly source: (input: I) => BulkItems<T> | PromiseLike<BulkItems<T>>;
  /** Does what is to be done with a batch: at least once, with the same `idempotencyKey` each time. */
  readonly process: BulkProcess<T, R, I>;
  /** Whether results are recorded and answered, for bulks whose results fit into one payload. @default false */
  readonly keepResults?: boolean;
  /** A positive integer. @default 1 */
  readonly version?: number;
  /** Limit of the whole run: seconds, or a text such as `'12h'`. @default none */
  readonly timeout?: number | string;
}

/**
 * A bulk with a name: it runs durably, batch by batch, and goes on where it stopped. Register it, start it by a client or a service, or
 * run it as a child.
 *
 * @publicApi
 */
export class Bulk<I = unknown, T = unknown, R = unknown> implements WorkflowDefinition<I, BulkSummary<R>> {
  readonly model = 'bulk';
  readonly version: number;
  /** Its settings by themselves; where it runs, those of the module stand in for what it does not say. */
  readonly config: BulkOperationConfig;
  readonly keepResults: boolean;
  readonly timeoutMs?: number;
  /** @internal */
  readonly fingerprint: string;
  /** @internal */
  declare readonly target?: object;
  private readonly settings: BulkOperationConfigOptions;
  private readonly plan: Omit<BulkPlan<I, T, R>, 'config'>;

  /** @throws WorkflowOptionsError naming an option that is unknown, or whose value is not accepted */
  constructor(
    readonly name: string,
    options: BulkOptions<I, T, R>,
    /** Of a decorated class. @internal */
    origin: { readonly target?: object; readonly fingerprint?: string } = {},
  ) {
    const place = `bulk "${name}"`;
    assertWorkflowName(name, place);
    const { source, process, keepResults = false, version = 1, timeout, ...settings } = options ?? {};
    assertVersion(version, place);
    for (const [option, fn] of Object.entries({ source, process }))
      if (typeof fn !== 'function')
        throw new WorkflowDefinitionError(`The ${place} needs a function as its "${option}".`);
    this.version = version;
    this.config = new BulkOperationConfig(settings, place);
    this.settings = settings;
    this.keepResults = flag(keepResults, false, `keepResults of ${place}`);
    if (timeout !== undefined && timeout !== Number.POSITIVE_INFINITY)
      this.timeoutMs = secondsAbove0(timeout, `timeout of ${place}`);
    this.fingerprint = origin.fingerprint ?? `${String(source)}\n${String(process)}`;
    if (origin.target !== undefined) this.target = origin.target;
    this.plan = { source, process, keepResults: this.keepResults };
  }

  /** How the engine runs it. @internal */
  readonly run = (ctx: WorkflowContext, input: I): Promise<BulkSummary<R>> =>
    interpretBulk({ ...this.plan, config: settingsOf(ctx, this.settings) }, ctx, input);

  /** In Graphviz's language. */
  toDot(): string {
    return toDot(this.diagramIn());
  }

  toMermaid(): string {
    return toMermaid(this.diagramIn());
  }

  /** How it runs in one application. @internal */
  diagramIn(registry?: DefinitionRegistry): DiagramGraph {
    const { batchSize, maxConcurrency } = settingsIn(registry, this.settings);
    return {
      name: this.name,
      nodes: [{ id: 'source' }, { id: 'process', label: `process: ${maxConcurrency} at a time` }],
      edges: [{ from: 'source', to: 'process', label: `batches of ${batchSize}` }],
    };
  }
}

/**
 * Makes a bulk that can run durably.
 *
 * @example
 * bulk('reprice', { source: (shop: string) => catalogue.rows(shop), process: (rows) => prices.update(rows), batchSize: 100 })
 *
 * @publicApi
 */
export function bulk<I = void, T = unknown, R = unknown>(name: string, options: BulkOptions<I, T, R>): Bulk<I, T, R> {
  return new Bulk(name, options);
}
