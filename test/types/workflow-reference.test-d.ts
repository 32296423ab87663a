import type {
  InputOf,
  OutputOf,
  WorkflowContext,
  WorkflowDefinition,
  WorkflowReference,
  WorkflowRunner,
} from '../../lib/core/definition/index.js';
import { type Equal, expectType } from './expect-type.js';

interface Order {
  readonly id: string;
}

class OrderWorkflow implements WorkflowRunner<Order, number> {
  constructor(private readonly prices: ReadonlyMap<string, number>) {}

  async run(_ctx: WorkflowContext, order: Order): Promise<number> {
    return this.prices.get(order.id) ?? 0;
  }
}

class NightlyWorkflow implements WorkflowRunner<void, string> {
  run(): string {
    return 'done';
  }
}

class NoteWorkflow implements WorkflowRunner<string | undefined, number> {
  run(_ctx: WorkflowContext, note?: string): number {
    return note?.length ?? 0;
  }
}

class NotAWorkflow {
  walk(): void {}
}

type OrderDefinition = WorkflowDefinition<Order, number>;

expectType<Equal<InputOf<typeof OrderWorkflow>, Order>>();
expectType<Equal<OutputOf<typeof OrderWorkflow>, number>>();
expectType<Equal<InputOf<typeof NightlyWorkflow>, void | undefined>>();
expectType<Equal<OutputOf<typeof NightlyWorkflow>, string>>();
expectType<Equal<InputOf<typeof NoteWorkflow>, string | undefined>>();
expectType<Equal<InputOf<OrderDefinition>, Order>>();
expectType<Equal<OutputOf<OrderDefinition>, number>>();
expectType<Equal<InputOf<'order'>, unknown>>();
expectType<Equal<OutputOf<'order'>, unknown>>();

declare const definition: OrderDefinition;
const references: readonly WorkflowReference[] = [OrderWorkflow, NightlyWorkflow, NoteWorkflow, definition, 'order'];
void references;

// @ts-expect-error A class without `run` is no workflow.
const noWorkflow: WorkflowReference = NotAWorkflow;
void noWorkflow;
