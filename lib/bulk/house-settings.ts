import type { DefinitionRegistry, WorkflowContext } from '../core/definition/index.js';
import { registryOf } from '../core/execution/index.js';
import { BulkOperationConfig, type BulkOperationConfigOptions } from './bulk-operation-config.js';

/** What the module was told, by the definitions of its application: two of them may run the same bulk. */
const HOUSES = new WeakMap<DefinitionRegistry, BulkOperationConfig>();

/** Notes what bulks of an application have where they say nothing themselves. @internal */
export function setHouseSettings(registry: DefinitionRegistry, house: BulkOperationConfig): void {
  HOUSES.set(registry, house);
}

/** The settings of a bulk in one application: its own over those of the module. @internal */
export function settingsIn(
  registry: DefinitionRegistry | undefined,
  own: BulkOperationConfigOptions,
): BulkOperationConfig {
  const house = registry && HOUSES.get(registry);
  const said = Object.fromEntries(Object.entries(own).filter(([, value]) => value !== undefined));
  return house === undefined ? new BulkOperationConfig(own) : house.with(said);
}

/** The same where it runs, in memory or durably. @internal */
export function settingsOf(ctx: WorkflowContext, own: BulkOperationConfigOptions): BulkOperationConfig {
  return settingsIn(registryOf(ctx), own);
}
