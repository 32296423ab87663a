import type { WorkflowDefinition, WorkflowReference } from '../core/definition/index.js';
import { WorkflowInputError, WorkflowOptionsError } from '../core/errors/index.js';
import { slotsOf, type EngineServices } from '../core/execution/index.js';
import { knownOptions, refuseUnknownOptions } from '../core/options/index.js';
import {
  assertKeyText,
  assertWorkflowId,
  checkAttributes,
  checkHeaders,
  checkPriority,
  newRandomSeed,
  newWorkflowId,
  type InstanceSeed,
} from '../core/records/index.js';
import { parseDuration } from '../core/time/index.js';
import type { StartOptions } from './client-options.interface.js';
import { resolveStartTarget, type StartTarget } from './start-target.js';

const DEFAULT_PRIORITY = 1_000;
/** Under these keys an input holds where a run begins: only its definition tells what came from outside from what is the engine's. */
const ENGINE_KEYS = ['$graph', '$context', '$bulk'];

/** What a start may be told. @internal */
export const START_OPTIONS = knownOptions<StartOptions>({
  id: true,
  version: true,
  transaction: true,
  priority: true,
  concurrencyKey: true,
  attributes: true,
  headers: true,
  timeout: true,
  startDelay: true,
});

/** What is about to be created, checked and serialised. @internal */
export interface StartRequest {
  readonly seed: InstanceSeed;
  /** The id comes from the step that starts it: an earlier attempt may have started it with another input, which then stands. */
  readonly isDerived: boolean;
}

/**
 * Turns a call of `start` into a row: resolves the workflow, validates and serialises the input, applies the definition's defaults.
 *
 * @param derivedId The id to use where the caller gave none; absent: a new one.
 * @throws WorkflowDefinitionError, WorkflowInputError, WorkflowOptionsError, WorkflowPayloadError, WorkflowPayloadLimitError
 * @internal
 */
export function createStartRequest(
  services: EngineServices,
  reference: WorkflowReference,
  input: unknown,
  options: StartOptions,
  derivedId: string | undefined,
): StartRequest | Promise<StartRequest> {
  refuseUnknownOptions(options, START_OPTIONS, 'start');
  const target = resolveStartTarget(services.registry, reference, options.version);
  if (options.id !== undefined) assertWorkflowId(options.id);
  checkConcurrencyKey(target.definition, options.concurrencyKey);
  const { validateInput } = target.definition ?? {};
  const place = `The input of workflow "${target.name}"`;
  if (target.definition === undefined) refuseEngineKeys(input, place);
  const seal = (valid: unknown): StartRequest | Promise<StartRequest> =>
    sealRequest(services, target, valid, options, derivedId);
  return validateInput === undefined ? seal(input) : Promise.resolve(validateInput(input, place)).then(seal);
}

function sealRequest(
  services: EngineServices,
  { name, version, definition }: StartTarget,
  valid: unknown,
  options: StartOptions,
  derivedId: string | undefined,
): StartRequest | Promise<StartRequest> {
  const { payloads, clock } = services;
  const id = options.id ?? derivedId ?? newWorkflowId(clock);
  const timeoutMs =
    options.timeout === undefined ? definition?.timeoutMs : parseDuration(options.timeout, 'timeout of start');
  const delayMs =
    options.startDelay === undefined ? undefined : parseDuration(options.startDelay, 'startDelay of start');
  const sealed = payloads.encode(valid, { workflowId: id, place: 'input' });
  const seed = (encoded: string | undefined): InstanceSeed => ({
    id,
    name,
    version,
    input: encoded,
    inputHash: payloads.fingerprint(valid),
    headers: checkHeaders(options.headers),
    attributes: checkAttributes({ ...definition?.attributes?.(valid), ...options.attributes }),
    priority: checkPriority(options.priority ?? definition?.priority ?? DEFAULT_PRIORITY, 'priority of start'),
    seed: newRandomSeed(),
    limits: definition === undefined ? [] : slotsOf(definition, valid, options.concurrencyKey),
    timeoutMs,
    delayMs,
    idGiven: options.id !== undefined || derivedId !== undefined,
  });
  const isDerived = options.id === undefined && derivedId !== undefined;
  return sealed instanceof Promise
    ? sealed.then((encoded) => ({ seed: seed(encoded), isDerived }))
    : { seed: seed(sealed), isDerived };
}

/** Who may choose an input must not choose where a run begins. */
function refuseEngineKeys(input: unknown, place: string): void {
  if (typeof input !== 'object' || input === null) return;
  const path = ENGINE_KEYS.find((key) => key in input);
  if (path === undefined) return;
  const message =
    'is a key of the engine where the workflow is not registered; register it in this process, or nest the input';
  throw new WorkflowInputError({ place, issues: [{ path, message }] });
}

/** A key that nobody counts by would be ignored in silence. */
function checkConcurrencyKey(definition: WorkflowDefinition | undefined, key: string | undefined): void {
  if (key === undefined) return;
  assertKeyText(key, 'The concurrency key');
  if (definition?.concurrency?.key !== undefined) return;
  throw new WorkflowOptionsError({
    option: 'concurrencyKey of start',
    value: key,
    expected: 'left out, because the workflow is not defined here with a concurrency limit per key',
  });
}
