import {
  isNonRetryableStepError,
  type StepContext,
  type WorkflowContext,
  type WorkflowHandle,
} from '../../lib/index.js';
import {
  AbstractSaga,
  Compensate,
  isSagaError,
  saga,
  SagaStep,
  SagaWorkflow,
  Step,
  type SagaContext,
  type SagaInputOf,
  type SagaService,
  type SagaStore,
  type SagaTransactionContext,
} from '../../lib/saga/index.js';
import { type Equal, expectType } from './expect-type.js';

interface Order {
  readonly id: string;
}

declare const sagas: SagaService;
declare const store: SagaStore;
declare const ctx: WorkflowContext;

// Each step knows what those before it answered, an undo what its own step did.
const orders = saga<Order>('orders')
  .step(
    'reserve',
    async ({ input }) => ({ reservation: input.id.length }),
    ({ reservation }, { results }): number => reservation + results.reserve.reservation,
  )
  .step('charge', ({ results }, { idempotencyKey }) => `${results.reserve.reservation} ${idempotencyKey}`)
  .build();

const _parent = saga<Order>('parent')
  .child('order', orders, ({ input }) => input)
  .step('count', ({ results }): number => results.order.reserve.reservation)
  .build();
// @ts-expect-error The child takes an order.
saga<Order>('parent').child('order', orders, () => 7);

// A transaction says itself which manager it works with, and has a result like any other step.
interface Manager {
  insert(row: Order): number;
}
saga<Order>('bookings')
  .transaction('book', ({ input }, { manager }: SagaTransactionContext<Manager>) => manager.insert(input))
  .step('tell', ({ results }): number => results.book);
// @ts-expect-error A step that is none has no manager.
saga<Order>('bookings').step('book', ({ input }, { manager }) => [manager as unknown, input]);

saga('orders')
  .step('a', () => 1)
  // @ts-expect-error There is no such step before it.
  .step('b', ({ results }) => void results.c);
// @ts-expect-error There is no such option.
saga('orders').step('a', () => 1, null, { retries: 3 });
// @ts-expect-error There is no such option.
saga('orders', { parallelism: 3 });

// What it takes, and what it answers.
const _direct = orders.execute({ id: 'o' });
expectType<Equal<Awaited<typeof _direct>['charge'], string>>();
const _executed = sagas.execute(orders, { id: 'o' }, { id: 's' });
expectType<Equal<Awaited<typeof _executed>['charge'], string>>();
const _started = sagas.start(orders, { id: 'o' }, { id: 's' });
const _handle: WorkflowHandle<{ charge: string }> = await _started;
const _child = ctx.executeChild(orders, { id: 'o' });
expectType<Equal<Awaited<typeof _child>['charge'], string>>();
// @ts-expect-error The input is missing.
void sagas.execute(orders);
// @ts-expect-error The input is wrong.
void sagas.start(orders, { id: 7 });
// @ts-expect-error The input is missing.
void orders.execute();
// @ts-expect-error There is no such option.
void sagas.execute(orders, { id: 'o' }, { failFast: true });
void saga('anything').build().execute();
sagas.register(orders);

// A class says by its decorators what it is, its name what is registered.
@SagaWorkflow('order')
class OrderSaga {
  @Step()
  reserve({ input }: SagaContext<Order>) {
    return input.id;
  }

  @Compensate('reserve', { idempotent: false })
  release(reservation: string) {
    return reservation;
  }
}
const _byClass = sagas.execute(OrderSaga, { id: 'o' });
expectType<Equal<Awaited<typeof _byClass>, Record<string, unknown>>>();
void sagas.execute('order', { id: 'o' });
// What it takes is what its steps find in their contexts.
expectType<Equal<SagaInputOf<typeof OrderSaga>, Order>>();
// @ts-expect-error The input is missing.
void sagas.execute(OrderSaga);
// @ts-expect-error The input is wrong.
void sagas.start(OrderSaga, { id: 7 });

class MixedSaga {
  constructor(private readonly other: OrderSaga) {}

  all({ input }: SagaContext<Order & { readonly kind: 'a' | 'b' }>) {
    return input.kind;
  }

  some({ input }: SagaContext<Order | { readonly id: number }>, _step: StepContext) {
    return input.id;
  }

  nothing() {
    return this.other;
  }

  anything({ input }: SagaContext) {
    return input;
  }

  undo(_result: unknown, { input }: SagaContext<Order>) {
    return input.id;
  }
}
const _mixed = sagas.execute(MixedSaga, { id: 'o', kind: 'a' }, { id: 's' });
// @ts-expect-error One step asks for more.
void sagas.execute(MixedSaga, { id: 'o' });

class SilentSaga {
  anything({ input }: SagaContext) {
    return input;
  }

  nothing() {}
}
expectType<Equal<SagaInputOf<typeof SilentSaga>, unknown>>();
void sagas.execute(SilentSaga);
void sagas.execute(SilentSaga, 7);

void ctx.executeChild(OrderSaga, { id: 'o' });

// An object is given its steps.
class ObjectSaga extends AbstractSaga<Order> {
  constructor() {
    super(store);
    this.addStep(
      new SagaStep(
        'a',
        ({ input }: SagaContext<Order>) => input.id,
        (result) => result.length,
      ),
    );
    // @ts-expect-error The undo is given what the action answers.
    void new SagaStep(
      'b',
      () => 1,
      (result: string) => result,
    );
  }

  override getId() {
    return 'o';
  }
}
expectType<Equal<SagaInputOf<typeof ObjectSaga>, Order>>();
// @ts-expect-error The input is wrong.
void sagas.execute(ObjectSaga, 7);
const _done: Promise<void> = new ObjectSaga().execute({ input: { id: 'o' } });
// @ts-expect-error The input is wrong.
void new ObjectSaga().execute({ input: 7 });

// What failed tells by its guards what it was.
declare const failure: unknown;
if (isSagaError(failure) && isNonRetryableStepError(failure.cause))
  expectType<Equal<typeof failure.cause.message, string>>();
