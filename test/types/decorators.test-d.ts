import { StartOn, Workflow, WorkflowModule, type WorkflowContext } from '../../lib/index.js';

class OrderPlaced {
  constructor(readonly orderId: string) {}
}

class Runs {
  async run(_ctx: WorkflowContext, order: { id: string }) {
    return order.id;
  }
}
class RunsNot {}

// A workflow is a class with run().
Workflow('orders')(Runs);
// @ts-expect-error -- no run()
Workflow('orders')(RunsNot);

// What reads the input knows its type from the class it stands on, or from its own parameter.
Workflow('orders', { attributes: (order: { id: string }) => ({ id: order.id }) })(Runs);
// @ts-expect-error -- an attribute is text, a number, a boolean or null
Workflow('orders', { attributes: (order: { id: string }) => ({ order }) });
// @ts-expect-error -- there is no such option
Workflow('orders', { retries: 3 });
// @ts-expect-error -- a limit is needed
Workflow('orders', { concurrency: { key: () => 'a' } });

// An event that starts must say the id, and its mappers know the event.
StartOn(OrderPlaced, { id: (event) => event.orderId, input: ({ orderId }) => ({ id: orderId }) })(Runs);
// @ts-expect-error -- no id
StartOn(OrderPlaced, {});
// @ts-expect-error -- the event has no such property
StartOn(OrderPlaced, { id: ({ id }) => String(id) });

WorkflowModule.forRoot();
WorkflowModule.forRoot({ typeorm: true, isGlobal: false, worker: { concurrency: 5 } });
WorkflowModule.forRootAsync({ inject: ['A'], useFactory: (a: string) => ({ worker: { id: a } }) });
// @ts-expect-error -- there is no such option
WorkflowModule.forRoot({ wroker: false });
// @ts-expect-error -- a stub keeps its workflows in memory
WorkflowModule.stub({ typeorm: true });
