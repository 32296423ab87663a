import { and, createMachine, not, or, setup } from 'xstate';
import { Action, defineFromInstance, Guard, Step } from '../discovery/index.js';
import { StateMachineWorkflow } from './decorators/state-machine-workflow.decorator.js';
import { defineStateMachine } from './state-machine.definition.js';
import { stateMachineDefinitionFactory } from './state-machine.registrar.js';

const machine = createMachine({
  initial: 'a',
  states: { a: { invoke: { src: 'load' }, on: { GO: { guard: 'may', actions: 'tell', target: 'b' } } }, b: {} },
});

const define = (instance: object) => defineFromInstance(instance, [stateMachineDefinitionFactory]);

class Base {
  load(): void {}
  may(): boolean {
    return true;
  }
  tell(): void {}
  other(): void {}
}

/** A class whose methods carry these decorators. */
function decorated(decorators: Partial<Record<keyof Base, (prototype: never, method: string) => void>>): object {
  class Lamp extends Base {}
  const all = { load: Step(), may: Guard(), tell: Action(), ...decorators };
  for (const [method, decorate] of Object.entries(all)) decorate(Lamp.prototype as never, method);
  StateMachineWorkflow('lamp', { machine })(Lamp);
  return new Lamp();
}

describe('A class that is a state machine', () => {
  it('is a definition', async () => {
    expect(await define(decorated({}))).toMatchObject({ name: 'lamp', model: 'state-machine' });
  });

  it.each<[string, Parameters<typeof decorated>[0], string, RegExp]>([
    [
      'an action with a misspelt option, which would run after the commit',
      { tell: Action({ transactionnal: true } as never) },
      'WORKFLOW_OPTIONS',
      /transactionnal of @Action of class Lamp\.tell\(\).*Did you mean "transactional"/,
    ],
    [
      'an action with the option of a step',
      { tell: Action({ transaction: true } as never) },
      'WORKFLOW_OPTIONS',
      /transaction of @Action of class Lamp\.tell\(\)/,
    ],
    [
      'an action that is transactional by a word',
      { tell: Action({ transactional: 'yes' } as never) },
      'WORKFLOW_OPTIONS',
      /transactional of @Action of class Lamp\.tell\(\).*true or false/,
    ],
    [
      'two actions of one name',
      { other: Action({ name: 'tell' }) },
      'WORKFLOW_DEFINITION',
      /tell\(\) and other\(\) of class Lamp both carry @Action for "tell"/,
    ],
    [
      'two guards of one name',
      { other: Guard('may') },
      'WORKFLOW_DEFINITION',
      /may\(\) and other\(\) of class Lamp both carry @Guard for "may"/,
    ],
    [
      'two steps of one name',
      { other: Step({ name: 'load' }) },
      'WORKFLOW_DEFINITION',
      /load\(\) and other\(\) of class Lamp both carry @Step for "load"/,
    ],
    [
      'a step with what only other models have',
      { load: Step({ dependencies: ['other'] }) },
      'WORKFLOW_DEFINITION',
      /class Lamp\.load\(\) has the option dependencies, which is for other models/,
    ],
    [
      'a step with a misspelt option',
      { load: Step({ retries: 1 } as never) },
      'WORKFLOW_OPTIONS',
      /retries of class Lamp\.load\(\)/,
    ],
  ])('is refused for %s', async (_, decorators, code, words) => {
    await expect(define(decorated(decorators))).rejects.toMatchObject({
      code,
      message: expect.stringMatching(words) as unknown,
    });
  });

  it.each([[undefined], [null], [{}]])('is refused without a machine: %j', async (options) => {
    class Lamp {}
    StateMachineWorkflow('lamp', options as never)(Lamp);

    await expect(async () => define(new Lamp())).rejects.toThrow(/carries @StateMachineWorkflow without a machine/);
  });
});

describe('A guard that is made of others', () => {
  const guards = [and(['known', 'gone']), or(['gone', 'known']), not('gone'), and(['known', not({ type: 'gone' })])];

  it.each(guards.map((guard) => [guard]))('is refused where one of them has no implementation', (guard) => {
    const unknown = createMachine(
      { initial: 'a', states: { a: { on: { GO: { guard: guard as never, target: 'a' } } } } },
      { guards: { known: () => true } },
    );

    expect(() => defineStateMachine('m', unknown)).toThrow(/the guard "gone" has no implementation/);
  });

  it('is refused so, too, where it has a name itself', () => {
    const named = setup({ guards: { both: and(['gone']) as never } }).createMachine({
      initial: 'a',
      states: { a: { on: { GO: { guard: 'both', target: 'a' } } } },
    });

    expect(() => defineStateMachine('m', named)).toThrow(/the guard "gone" has no implementation/);
  });
});
