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

/** Stands for a class that carries the decorator of a model. */
class OrderSaga {
  reserve(): void {}
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
const references: readonly WorkflowReference[] = [
  OrderWorkflow,
  NightlyWorkflow,
  NoteWorkflow,
  OrderSaga,
  definition,
  'order',
];
void references;

// What a model makes of a class is not seen in its type.
expectType<Equal<InputOf<typeof OrderSaga>, unknown>>();
expectType<Equal<OutputOf<typeof OrderSaga>, unknown>>();

// @ts-expect-error An object that is no definition stands for no workflow.
const noWorkflow: WorkflowReference = new OrderSaga();
void noWorkflow;
