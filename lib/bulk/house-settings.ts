import type { DefinitionRegistry, WorkflowContext } from '../core/definition/index.js';
import { HouseSettings, registryOf } from '../core/execution/index.js';
import { BulkOperationConfig, type BulkOperationConfigOptions } from './bulk-operation-config.js';

/** What bulks of an application have where they say nothing themselves. @internal */
export const BULK_HOUSE = new HouseSettings<BulkOperationConfig>();

/** The settings of a bulk in one application: its own over those of the module. @internal */
export function settingsIn(
  registry: DefinitionRegistry | undefined,
  own: BulkOperationConfigOptions,
): BulkOperationConfig {
  const house = BULK_HOUSE.in(registry);
  const said = Object.fromEntries(Object.entries(own).filter(([, value]) => value !== undefined));
  return house === undefined ? new BulkOperationConfig(own) : house.with(said);
}

/** The same where it runs, in memory or durably. @internal */
export function settingsOf(ctx: WorkflowContext, own: BulkOperationConfigOptions): BulkOperationConfig {
  return settingsIn(registryOf(ctx), own);
}
