import { createHash } from 'node:crypto';
import type { ConcurrencyOptions, WorkflowDefinition, WorkflowRunner } from '../core/definition/index.js';
import { WorkflowDefinitionError, describeValue } from '../core/errors/index.js';
import { callback, knownOptions, oneOf, refuseUnknownOptions, wholeNumber } from '../core/options/index.js';
import { resolveRetry } from '../core/policies/index.js';
import { assertVersion, assertWorkflowName, checkPriority } from '../core/records/index.js';
import { parseDuration } from '../core/time/index.js';
import { inputValidator, type DecoratedProvider, type DefinitionFactory } from '../discovery/index.js';
import { WORKFLOW_METADATA, type WorkflowMetadata } from './workflow-metadata.js';
import type { WorkflowOptions } from './workflow-options.interface.js';

const WORKFLOW = knownOptions<WorkflowOptions>({
  version: true,
  timeout: true,
  retry: true,
  concurrency: true,
  priority: true,
  input: true,
  attributes: true,
  onUndoFailure: true,
});
const CONCURRENCY = knownOptions<ConcurrencyOptions>({ limit: true, key: true });

/** Turns `@Workflow` classes into definitions. @internal */
export const workflowDefinitionFactory: DefinitionFactory<WorkflowMetadata> = {
  decorator: '@Workflow',
  metadata: WORKFLOW_METADATA,
  create: defineWorkflow,
};

async function defineWorkflow(provider: DecoratedProvider<WorkflowMetadata>): Promise<WorkflowDefinition> {
  const { target, place, metadata } = provider;
  const { name, options } = metadata;
  refuseUnknownOptions(options, WORKFLOW, place);
  const version = options.version ?? 1;
  assertWorkflowName(name, `${place} with @Workflow(${describeValue(name)})`);
  assertVersion(version, `${place} with @Workflow("${name}", { version: ${describeValue(version)} })`);
  // Only to refuse what is malformed now: what it leaves out is the module's to say.
  resolveRetry(options.retry, undefined, place);
  oneOf(options.onUndoFailure, ['continue', 'stop'], `onUndoFailure of ${place}`);
  callback(options.attributes, `attributes of ${place}`, 'of the input that answers an object');
  const instance = runnerOf(provider);
  return {
    name,
    version,
    model: 'workflow',
    // Looked up at each run, so that a test may replace the method of the instance.
    run: (ctx, input) => instance.run(ctx, input),
    ...(options.input !== undefined && { validateInput: await inputValidator(options.input, place) }),
    ...(options.timeout !== undefined && { timeoutMs: parseDuration(options.timeout, `timeout of ${place}`) }),
    ...(options.retry !== undefined && { retry: options.retry }),
    ...(options.concurrency !== undefined && { concurrency: concurrencyOf(options.concurrency, place) }),
    ...(options.priority !== undefined && { priority: checkPriority(options.priority, `priority of ${place}`) }),
    ...(options.onUndoFailure !== undefined && { onUndoFailure: options.onUndoFailure }),
    ...(options.attributes !== undefined && { attributes: options.attributes }),
    target,
    fingerprint: fingerprint(target),
  };
}

function runnerOf({ instance, place }: DecoratedProvider<WorkflowMetadata>): WorkflowRunner {
  if (typeof (instance as Partial<WorkflowRunner>).run === 'function') return instance as WorkflowRunner;
  throw new WorkflowDefinitionError(
    `The ${place} carries @Workflow but has no method run(). Write "async run(ctx, input)", or let the class implement WorkflowRunner.`,
  );
}

function concurrencyOf(concurrency: ConcurrencyOptions<unknown>, place: string): ConcurrencyOptions<unknown> {
  refuseUnknownOptions(concurrency, CONCURRENCY, place, 'concurrency');
  wholeNumber(concurrency.limit, NaN, `concurrency.limit of ${place}`);
  callback(concurrency.key, `concurrency.key of ${place}`, 'of the input that answers a string');
  return concurrency;
}

/** The source text is what a build's code is, as far as it can be seen from inside. */
function fingerprint(target: object): string {
  const text = Function.prototype.toString.call(target);
  return createHash('sha256').update(text).digest('base64url').slice(0, 16);
}
