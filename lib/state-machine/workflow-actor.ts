import type { InputOf, OutputOf, WorkflowReference } from '../core/definition/index.js';
import type { Journaled } from '../core/serialization/index.js';

const WORKFLOW = Symbol('workflow');

/** A snapshot as XState expects one of an actor that does nothing by itself. @publicApi */
export type WorkflowActorSnapshot<I, O> = { readonly input: I | undefined } & (
  | { status: 'active'; output: undefined; error: undefined }
  | { status: 'done'; output: O; error: undefined }
  | { status: 'error'; output: undefined; error: unknown }
  | { status: 'stopped'; output: undefined; error: undefined }
);

/** An actor that is a workflow of this application. @publicApi */
export interface WorkflowActorLogic<I, O> {
  transition(snapshot: WorkflowActorSnapshot<I, O>): WorkflowActorSnapshot<I, O>;
  getInitialSnapshot(scope: unknown, input: I): WorkflowActorSnapshot<I, O>;
  getPersistedSnapshot(snapshot: WorkflowActorSnapshot<I, O>): WorkflowActorSnapshot<I, O>;
}

/**
 * Lets a machine invoke another workflow, of whatever model, as a child: `setup({ actors: { ship: workflowActor(ShippingWorkflow) } })`.
 * Its output comes back as the actor's, its failure as the actor's error.
 *
 * @publicApi
 */
export function workflowActor<W extends WorkflowReference>(
  workflow: W,
): WorkflowActorLogic<InputOf<W>, Journaled<OutputOf<W>>> {
  const logic: WorkflowActorLogic<InputOf<W>, Journaled<OutputOf<W>>> & { [WORKFLOW]: WorkflowReference } = {
    [WORKFLOW]: workflow,
    transition: (snapshot) => snapshot,
    getInitialSnapshot: (_scope, input) => ({ status: 'active', output: undefined, error: undefined, input }),
    getPersistedSnapshot: (snapshot) => snapshot,
  };
  return logic;
}

/** The workflow that an actor stands for. @internal */
export function workflowOfActor(logic: unknown): WorkflowReference | undefined {
  return (logic as { readonly [WORKFLOW]?: WorkflowReference } | undefined)?.[WORKFLOW];
}
