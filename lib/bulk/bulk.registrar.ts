import { WorkflowDefinitionError } from '../core/errors/index.js';
import type { DefinitionFactory } from '../discovery/index.js';
import { Bulk } from './bulk.definition.js';
import { BULK_METADATA, type BulkMetadata, type BulkRunner } from './decorators/bulk-workflow.decorator.js';

const METHODS = ['source', 'process'] as const;

/** Turns `@BulkWorkflow` classes into definitions. @internal */
export const bulkDefinitionFactory: DefinitionFactory<BulkMetadata> = {
  decorator: '@BulkWorkflow',
  metadata: BULK_METADATA,
  create: ({ instance, target, metadata, place }) => {
    const runner = instance as BulkRunner;
    const methods = instance as Readonly<Record<string, unknown>>;
    for (const method of METHODS) {
      if (typeof methods[method] === 'function') continue;
      throw new WorkflowDefinitionError(
        `The ${place} carries @BulkWorkflow but has no method ${method}. Give it source(input), which gives the items, and process(items, context).`,
      );
    }
    const { name, options } = metadata;
    return new Bulk(
      name,
      // Looked up at each call, so that a test may replace the method of the instance.
      { ...options, source: (input) => runner.source(input), process: (items, step) => runner.process(items, step) },
      { target, fingerprint: METHODS.map((method) => String(methods[method])).join('\n') },
    );
  },
};
