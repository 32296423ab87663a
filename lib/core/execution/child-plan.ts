import type { ExecuteChildOptions, WorkflowDefinition } from '../definition/index.js';
import { WorkflowIdConflictError } from '../errors/index.js';
import { callback, knownOptions, oneOf } from '../options/index.js';
import type { RetryPolicy } from '../policies/index.js';
import {
  assertKeyText,
  assertWorkflowId,
  checkAttributes,
  checkPriority,
  type ConcurrencySlot,
  type InstanceSeed,
  type ParentClosePolicy,
} from '../records/index.js';
import { parseDuration } from '../time/index.js';
import type { ChildPlan } from './child-call.js';
import type { CallHost } from './call-host.js';
import { UNDO } from './step-call.js';

/** What `startChild` and `executeChild` take. @internal */
export const CHILD = knownOptions<ExecuteChildOptions>({
  name: true,
  id: true,
  version: true,
  timeout: true,
  parentClose: true,
  priority: true,
  concurrencyKey: true,
  attributes: true,
  compensate: true,
  compensateRetry: true,
});
const PARENT_CLOSE: readonly ParentClosePolicy[] = ['cancel', 'terminate', 'abandon'];

/** The limits that an instance is subject to. @internal */
export function slotsOf(
  definition: WorkflowDefinition,
  input: unknown,
  concurrencyKey: string | undefined,
): ConcurrencySlot[] {
  const { concurrency } = definition;
  if (concurrency === undefined) return [];
  const key = concurrencyKey ?? concurrency.key?.(input);
  return [{ key: key === undefined ? definition.name : `${definition.name}:${key}`, limit: concurrency.limit }];
}

/** What a child is made of, from the parent's call. Everything derived is the same in every replay. @internal */
export function planChild(
  host: CallHost,
  definition: WorkflowDefinition,
  name: string,
  input: unknown,
  options: ExecuteChildOptions,
  compensateRetry: RetryPolicy,
): ChildPlan {
  const { record, services } = host;
  const place = `child "${name}"`;
  if (options.id !== undefined) assertWorkflowId(options.id);
  if (options.concurrencyKey !== undefined) assertKeyText(options.concurrencyKey, `The concurrency key of ${place}`);
  const suffix = record.generation === 1 ? '' : `@${record.generation}`;
  const childId = options.id ?? `${record.id}/${name}${suffix}`;
  const inputHash = services.payloads.fingerprint(input);
  const parentClose = oneOf(options.parentClose, PARENT_CLOSE, `parentClose of ${place}`) ?? 'cancel';
  const timeoutMs =
    options.timeout === undefined ? definition.timeoutMs : parseDuration(options.timeout, `timeout of ${place}`);
  const priority = checkPriority(options.priority ?? definition.priority ?? record.priority, `priority of ${place}`);
  const seed = async (): Promise<InstanceSeed> => {
    if (options.id !== undefined) await refuseForeign(host, childId);
    const checked = await definition.validateInput?.(input, `The input of child "${name}"`);
    const given = definition.validateInput === undefined ? input : checked;
    const text = await services.payloads.encode(given, { workflowId: childId, place: 'input' });
    return {
      id: childId,
      name: definition.name,
      version: definition.version,
      ...(text === undefined ? {} : { input: text }),
      inputHash,
      headers: record.headers,
      attributes: checkAttributes(options.attributes ?? definition.attributes?.(given) ?? {}),
      priority,
      // Not the id itself: a seed may hold the instant at which its generation begins, behind an "@".
      seed: services.payloads.fingerprint(childId),
      limits: slotsOf(definition, given, options.concurrencyKey),
      parent: { workflowId: record.id, generation: record.generation, close: parentClose },
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
      idGiven: options.id !== undefined,
    };
  };
  const compensate = callback(options.compensate, `compensate of ${place}`, UNDO);
  return {
    childId,
    workflowName: definition.name,
    version: definition.version,
    inputHash,
    parentClose,
    compensate,
    compensateRetry,
    seed,
  };
}

/** A chosen id that already belongs to another instance. A start of the same instant is refused by the store. */
async function refuseForeign(host: CallHost, childId: string): Promise<void> {
  const existing = await host.services.store.find(childId);
  const { id, generation } = host.record;
  if (existing === undefined) return;
  if (existing.parent?.workflowId === id && existing.parent.generation === generation) return;
  throw new WorkflowIdConflictError({
    workflowId: childId,
    reason: 'it belongs to an instance that is not a child of this run',
  });
}
