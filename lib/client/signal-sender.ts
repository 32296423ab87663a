import { schemaValidator, signalNameOf, type WorkflowSignal } from '../core/definition/index.js';
import { WorkflowNotFoundError, WorkflowStateError } from '../core/errors/index.js';
import type { EngineServices } from '../core/execution/index.js';
import { knownOptions, refuseUnknownOptions } from '../core/options/index.js';
import { assertKeyText, assertSignalName, newWorkflowId, type SignalSeed } from '../core/records/index.js';
import type { SignalOutcome } from '../core/store/index.js';
import { announce } from './announcement.js';
import { derivedId, refuseInsideTransaction } from './call-scope.js';
import type { InstanceSignalOptions, SignalReceipt } from './client-options.interface.js';
import { givenSignalId, scopedSignalId } from './signal-id.js';

const SIGNAL = knownOptions<InstanceSignalOptions>({ key: true, id: true, transaction: true });

/** @internal */
export type OwnSignalOptions = Pick<InstanceSignalOptions, 'id' | 'transaction'>;

/** Sends signals to instances, or to everyone who waits. @internal */
export class SignalSender {
  constructor(private readonly services: EngineServices) {}

  /** @param workflowId The instance whose mailbox it is for; absent: every instance that waits for (name, key). */
  async send(
    operation: 'signal' | 'signalInstance',
    workflowId: string | undefined,
    signal: string | WorkflowSignal<unknown>,
    payload: unknown,
    options: InstanceSignalOptions,
  ): Promise<SignalReceipt> {
    refuseUnknownOptions(options, SIGNAL, operation);
    const { transaction } = options;
    refuseInsideTransaction(operation, transaction);
    const seed = await this.toSeed(
      workflowId,
      signal,
      payload,
      options,
      options.id === undefined ? derivedId() : undefined,
    );
    return toReceipt(
      seed,
      transaction === undefined ? await this.sendNow(seed) : await this.sendWith(transaction, seed),
    );
  }

  /** Sends a signal of the engine's own to one instance. */
  async sendOwn(
    workflowId: string,
    name: string,
    key: string,
    payload: unknown,
    { id, transaction }: OwnSignalOptions,
  ): Promise<SignalReceipt> {
    refuseInsideTransaction('signalInstance', transaction);
    const encoded = await this.services.payloads.encode(payload, { workflowId, place: `signal "${name}"` });
    const given = id === undefined ? derivedId() : scopedSignalId(id, { name, workflowId });
    const seed = {
      id: given ?? newWorkflowId(this.services.clock),
      ...{ workflowId, name, key },
      ...(encoded !== undefined && { payload: encoded }),
    };
    return toReceipt(
      seed,
      transaction === undefined ? await this.sendNow(seed) : await this.sendWith(transaction, seed),
    );
  }

  private async toSeed(
    workflowId: string | undefined,
    signal: string | WorkflowSignal<unknown>,
    payload: unknown,
    options: InstanceSignalOptions,
    derived: string | undefined,
  ): Promise<SignalSeed> {
    const name = signalNameOf(signal, workflowId === undefined ? 'signal' : 'signalInstance');
    const schema = typeof signal === 'string' ? undefined : signal.options.schema;
    assertSignalName(name);
    if (options.key !== undefined) assertKeyText(options.key, `The key of signal "${name}"`);
    if (options.id !== undefined) assertKeyText(options.id, `The id of signal "${name}"`);
    const place = `signal "${name}"`;
    const valid = schema === undefined ? payload : await schemaValidator(schema)(payload, `The payload of ${place}`);
    const encoded = await this.services.payloads.encode(valid, { workflowId: workflowId ?? '', place });
    const target = { name, ...(workflowId === undefined ? {} : { workflowId }) };
    return {
      id:
        options.id === undefined ? (derived ?? newWorkflowId(this.services.clock)) : scopedSignalId(options.id, target),
      ...target,
      ...(options.key === undefined ? {} : { key: options.key }),
      ...(encoded === undefined ? {} : { payload: encoded }),
    };
  }

  private async sendNow(seed: SignalSeed): Promise<SignalOutcome> {
    const [outcome] = await this.services.store.signal([seed]);
    if (outcome?.kind === 'stored' && outcome.woken > 0) announce(this.services, [], { kind: 'due' });
    return outcome as SignalOutcome;
  }

  private async sendWith(transaction: unknown, seed: SignalSeed): Promise<SignalOutcome> {
    const joined = this.services.store.join(transaction);
    const outcome = await joined.signal(seed);
    // Found by any worker's next poll; the hint makes one poll at once.
    joined.onCommit(() => {
      announce(this.services, [], { kind: 'due' });
    });
    return outcome;
  }
}

function toReceipt(seed: SignalSeed, outcome: SignalOutcome): SignalReceipt {
  switch (outcome.kind) {
    case 'stored':
      return { signalId: givenSignalId(seed.id), created: outcome.created, woken: outcome.woken };
    case 'unknown':
      throw new WorkflowNotFoundError({ workflowId: seed.workflowId ?? '' });
    case 'ended':
      throw new WorkflowStateError({ workflowId: seed.workflowId ?? '', status: outcome.status, operation: 'signal' });
  }
}
