import { createHash } from 'node:crypto';
import type { ConcurrencyOptions, WorkflowDefinition, WorkflowRunner } from '../core/definition/index.js';
import { WorkflowDefinitionError, WorkflowOptionsError, describeValue } from '../core/errors/index.js';
import { DEFAULT_RETRY_POLICY, resolveRetry } from '../core/policies/index.js';
import { assertVersion, assertWorkflowName } from '../core/records/index.js';
import { parseDuration } from '../core/time/index.js';
import type { DecoratedProvider, DefinitionFactory } from '../discovery/index.js';
import { inputValidator } from './input-validator.js';
import { WORKFLOW_METADATA, type WorkflowMetadata } from './workflow-metadata.js';
import type { WorkflowOptions } from './workflow-options.interface.js';

/** Turns `@Workflow` classes into definitions. @internal */
export const workflowDefinitionFactory: DefinitionFactory<WorkflowMetadata> = {
  decorator: '@Workflow',
  metadata: WORKFLOW_METADATA,
  create: defineWorkflow,
};

async function defineWorkflow(provider: DecoratedProvider<WorkflowMetadata>): Promise<WorkflowDefinition> {
  const { target, place, metadata } = provider;
  const { name, options } = metadata;
  const version = options.version ?? 1;
  assertWorkflowName(name, `${place} with @Workflow(${describeValue(name)})`);
  assertVersion(version, `${place} with @Workflow("${name}", { version: ${describeValue(version)} })`);
  // Only to refuse what is malformed now: what it leaves out is the module's to say.
  resolveRetry(options.retry, DEFAULT_RETRY_POLICY, place);
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
    ...(options.priority !== undefined && { priority: integer(options.priority, `priority of ${place}`) }),
    ...(options.onUndoFailure !== undefined && { onUndoFailure: undoPolicy(options.onUndoFailure, place) }),
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
  const option = `concurrency.limit of ${place}`;
  if (!Number.isInteger(concurrency.limit) || concurrency.limit < 1) {
    throw new WorkflowOptionsError({ option, value: concurrency.limit, expected: 'a positive integer' });
  }
  if (concurrency.key !== undefined && typeof concurrency.key !== 'function') {
    const expected = 'a function of the input that answers a string';
    throw new WorkflowOptionsError({ option: `concurrency.key of ${place}`, value: concurrency.key, expected });
  }
  return concurrency;
}

function integer(value: number, option: string): number {
  if (Number.isInteger(value)) return value;
  throw new WorkflowOptionsError({ option, value, expected: 'an integer' });
}

function undoPolicy(value: NonNullable<WorkflowOptions['onUndoFailure']>, place: string): 'continue' | 'stop' {
  if (value === 'continue' || value === 'stop') return value;
  throw new WorkflowOptionsError({
    option: `onUndoFailure of ${place}`,
    value,
    expected: "'continue' or 'stop'",
  });
}

/** The source text is what a build's code is, as far as it can be seen from inside. */
function fingerprint(target: object): string {
  const text = Function.prototype.toString.call(target);
  return createHash('sha256').update(text).digest('base64url').slice(0, 16);
}
