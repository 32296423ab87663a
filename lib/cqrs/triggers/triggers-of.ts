import type { WorkflowDefinition } from '../../core/definition/index.js';
import { WorkflowDefinitionError, isWorkflowNotFoundError, isWorkflowStateError } from '../../core/errors/index.js';
import type { WorkflowLogger } from '../../core/lifecycle/index.js';
import { knownOptions, refuseUnknownOptions } from '../../core/options/index.js';
import { fromEvent } from './event-class.interface.js';
import type { SignalOnOptions } from './signal-on-options.interface.js';
import type { StartOnOptions } from './start-on-options.interface.js';
import {
  SIGNAL_ON_METADATA,
  START_ON_METADATA,
  type SignalOnMetadata,
  type StartOnMetadata,
} from './trigger-metadata.js';
import type { Trigger } from './trigger.interface.js';

const START_ON = knownOptions<StartOnOptions<object>>({
  id: true,
  input: true,
  when: true,
  priority: true,
  concurrencyKey: true,
  headers: true,
});
const SIGNAL_ON = knownOptions<SignalOnOptions<object>>({
  signal: true,
  workflowId: true,
  key: true,
  id: true,
  payload: true,
  when: true,
});

/** Whether `@StartOn` or `@SignalOn` stands on the class. @internal */
export function hasTriggers(target: object): boolean {
  return START_ON_METADATA.of(target).length > 0 || SIGNAL_ON_METADATA.of(target).length > 0;
}

/**
 * The triggers that a workflow class declares.
 *
 * @throws WorkflowDefinitionError for what is not an event class, a missing id or signal, and one event mapped twice.
 *
 * @internal
 */
export function triggersOf(
  target: { readonly name: string },
  definition: WorkflowDefinition,
  logger: WorkflowLogger,
): Trigger[] {
  const starts = START_ON_METADATA.of(target).map((metadata) => startTrigger(metadata, target.name, definition));
  const seen = new Set<object>();
  for (const { event, place } of starts) {
    if (seen.has(event)) {
      throw new WorkflowDefinitionError(
        `${place} stands there twice. One event starts one instance: keep one of them.`,
      );
    }
    seen.add(event);
  }
  return [...starts, ...SIGNAL_ON_METADATA.of(target).map((metadata) => signalTrigger(metadata, target.name, logger))];
}

function startTrigger({ event, options }: StartOnMetadata, className: string, definition: WorkflowDefinition): Trigger {
  const place = placeOf('@StartOn', event, className);
  refuseUnknownOptions(options, START_ON, place);
  if (typeof options?.id !== 'function') {
    throw new WorkflowDefinitionError(
      `${place} has no "id". Give a function of the event that answers the instance's id, so that an event published twice starts once.`,
    );
  }
  const { priority, concurrencyKey, headers } = options;
  return {
    event,
    place,
    async fire(published, client, transaction) {
      if (options.when?.(published) === false) return;
      const id = options.id(published);
      if (typeof id !== 'string' || id === '') {
        throw new WorkflowDefinitionError(`${place}: "id" answered no text. It must answer the instance's id.`);
      }
      const input = options.input === undefined ? { ...published } : fromEvent(options.input, published);
      await client.start(definition, input, {
        id,
        ...(transaction !== undefined && { transaction }),
        ...(priority !== undefined && { priority: fromEvent(priority, published) }),
        ...(concurrencyKey !== undefined && { concurrencyKey: fromEvent(concurrencyKey, published) }),
        ...(headers !== undefined && { headers: fromEvent(headers, published) }),
      });
    },
  };
}

function signalTrigger({ event, options }: SignalOnMetadata, className: string, logger: WorkflowLogger): Trigger {
  const place = placeOf('@SignalOn', event, className);
  refuseUnknownOptions(options, SIGNAL_ON, place);
  const { signal, key, id } = options ?? {};
  const name = typeof signal === 'string' ? signal : signal?.name;
  if (typeof name !== 'string' || name === '') {
    throw new WorkflowDefinitionError(`${place} has no "signal". Give the signal's name, or a WorkflowSignal.`);
  }
  // Once: an event is told to whom it may concern, and where nobody ever is, that is a mistake of the mapping.
  let level: 'warn' | 'debug' = 'warn';
  return {
    event,
    place,
    async fire(published, client, transaction) {
      if (options.when?.(published) === false) return;
      const payload = options.payload === undefined ? { ...published } : fromEvent(options.payload, published);
      const sending = {
        ...(key !== undefined && { key: fromEvent(key, published) }),
        ...(id !== undefined && { id: fromEvent(id, published) }),
        ...(transaction !== undefined && { transaction }),
      };
      if (options.workflowId === undefined) {
        await client.signal(signal, payload, sending);
        return;
      }
      const workflowId = fromEvent(options.workflowId, published);
      try {
        await client.signalInstance(workflowId, signal, payload, sending);
      } catch (error) {
        // An instance that is not there, or has ended, is not the publisher's fault.
        if (!isWorkflowNotFoundError(error) && !isWorkflowStateError(error)) throw error;
        const facts = { trigger: place, signal: name, workflowId };
        logger[level]('An event found no instance to signal; only the first of its kind is warned about.', facts);
        level = 'debug';
      }
    },
  };
}

function placeOf(decorator: string, event: unknown, className: string): string {
  if (typeof event === 'function') return `${decorator}(${event.name}) of class ${className}`;
  throw new WorkflowDefinitionError(
    `${decorator} of class ${className} names no event class. If the class is imported, look for a circular import between the two files.`,
  );
}
