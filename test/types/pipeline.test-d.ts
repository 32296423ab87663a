import { Compensate } from '../../lib/discovery/index.js';
import {
  child,
  conditional,
  parallel,
  Pipeline,
  PipelineWorkflow,
  step,
  Step,
  type PipelineContext,
  type PipelineContextOf,
} from '../../lib/pipeline/index.js';
import type { PipelineService } from '../../lib/pipeline/index.js';
import type { WorkflowContext, WorkflowDefinition } from '../../lib/core/definition/index.js';

declare const ship: WorkflowDefinition<{ readonly id: string }, number>;
declare const service: PipelineService;
declare const ctx: WorkflowContext;

const pricing = new Pipeline('pricing', [
  step('validate', (context) => context.input as readonly string[]),
  step('price', async (context) => context.getStepResult<readonly string[]>('validate').length, ['validate']),
  conditional(
    'route',
    () => true,
    step('letter', () => 'sent'),
    step('parcel', async () => 7),
  ),
  parallel('notify', [step('mail', () => true), step('text', async () => 'ok')]),
  child('ship', ship, (context) => ({ id: String(context.input) })),
]);

// What a step answers is what is found under its name, at once or later.
const context = await pricing.execute();
const price: number = context.getStepResult('price');
const route: string | number | null = context.getStepResult('route');
const [mail, text]: readonly [boolean | null, string | null] = context.getStepResult('notify');
const shipped: number = context.getStepResult('ship');
void [price, route, mail, text, shipped];
// @ts-expect-error -- a price is a number
const wrong: string = context.getStepResult('price');
void wrong;

// A class takes what its steps say that they find.
interface Cart {
  readonly skus: readonly string[];
}
@PipelineWorkflow('carts')
class CartPipeline {
  @Step()
  count({ input }: PipelineContextOf<Cart>) {
    return input.skus.length;
  }

  @Step({ dependencies: ['count'] })
  price(context: PipelineContext) {
    return context.getStepResult<number>('count') * 7;
  }

  @Step()
  wait(): void {}
}
void service.execute(CartPipeline, { skus: ['a'] });
void service.start(CartPipeline, { skus: ['a'] }, { id: 'c-1' });
declare const cartContext: PipelineContextOf<Cart>;
void service.execute(CartPipeline, cartContext);
// @ts-expect-error -- it takes a cart
void service.execute(CartPipeline, { sku: 'a' });
// @ts-expect-error -- it takes something
void service.start(CartPipeline);

// Through the service as well, and as a child.
const durable = await service.execute(pricing, ['a'], { id: 'p-1' });
const durablePrice: number = durable.getStepResult('price');
const { results: ofChild } = await ctx.executeChild(pricing, ['a']);
const childPrice: number = ofChild.price;
void [durablePrice, childPrice];

// @ts-expect-error -- the child's input is another
child('ship', ship, { number: 1 });
// @ts-expect-error -- there is no such option
new Pipeline('p', [], { paralelism: 2 });
// @ts-expect-error -- there is no such option
step('a', () => 1, { timout: 1 });

@PipelineWorkflow('decorated', { parallelism: 2 })
class Decorated {
  isFree(_context: PipelineContext): boolean {
    return false;
  }

  estimate(_context: PipelineContext, error: Error): string {
    return error.message;
  }

  @Step()
  first() {
    return 1;
  }

  @Step({ dependencies: ['first'], timeout: '5s', retry: 2, shouldSkip: 'isFree', onError: 'estimate' })
  second() {
    return 2;
  }

  @Step({ child: ship })
  third() {
    return { id: 'a' };
  }

  @Compensate('first')
  undo() {}

  // @ts-expect-error -- the class has no method of that name
  @Step({ cleanup: 'close' })
  fourth() {}
}
void service.execute(Decorated, 1);
