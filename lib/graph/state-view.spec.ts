import { privateViewOf, viewOf } from './state-view.js';
import { WorkflowState } from './workflow-state.js';

const when = new Date(0);
const stateOf = () =>
  new WorkflowState('x', { initial: { list: [1, { deep: [2] }], map: { a: { b: 1 } }, when, none: null, n: 1 } });

describe('What a node sees of the state', () => {
  it('takes what is written into it, and keeps it from the state', () => {
    const state = stateOf();
    const view = viewOf(state);
    view['n'] = 2;

    expect([view['n'], state['n']]).toEqual([2, 1]);
  });

  it.each(['before', 'after'])('is private down to the last list, %s something was written into it', (when_) => {
    const state = stateOf();
    const view = privateViewOf(state);
    if (when_ === 'after') view['n'] = 2;
    const list = view['list'] as [number, { deep: number[] }];
    list.push(3 as never);
    list[1].deep.push(3);
    (view.get<{ a: { b: number } }>('map').a as { b: number }).b = 2;

    expect({ ...view }).toMatchObject({ list: [1, { deep: [2, 3] }, 3], map: { a: { b: 2 } } });
    expect(view['list']).toBe(list);
    expect(view['when']).toBe(when);
    expect(state.asDict()).toEqual(stateOf().asDict());
  });

  it('keeps what a node itself has put there as it is', () => {
    const view = privateViewOf(stateOf());
    const own = { a: 1 };
    view['own'] = own;
    view['list'] = own;
    delete view['map'];

    expect([view['own'], view['list'], view['map']]).toEqual([own, own, undefined]);
    expect(view['list']).toBe(own);
  });
});
