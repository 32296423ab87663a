import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { Workflow } from './code-first/index.js';
import { DefinitionRegistry, type WorkflowDefinition } from './core/definition/index.js';
import { silentLogger, type LifecycleEvent } from './core/lifecycle/index.js';
import { VirtualClock } from './core/time/index.js';
import { defineFromInstance } from './discovery/index.js';
import { MemoryStore } from './memory/index.js';
import { buildIdOf } from './workflow.build-id.js';
import { DEFINITION_FACTORIES } from './workflow.definition-factories.js';
import { createEngine } from './workflow.engine.js';
import type { WorkflowModuleOptions } from './workflow-module-options.interface.js';
import { resolveWorkflowOptions } from './workflow.options.js';

const definition = (name: string, more: Partial<WorkflowDefinition> = {}): WorkflowDefinition => ({
  name,
  version: 1,
  model: 'workflow',
  run: (ctx) => ctx.step('only', () => name),
  ...more,
});

function registryOf(...definitions: WorkflowDefinition[]): DefinitionRegistry {
  const registry = new DefinitionRegistry();
  definitions.forEach((one) => registry.register(one));
  return registry;
}

async function started(options: WorkflowModuleOptions, ...definitions: WorkflowDefinition[]) {
  const clock = new VirtualClock();
  const store = new MemoryStore({ clock });
  const engine = createEngine(resolveWorkflowOptions({ ...options, clock }, 'test'), store, silentLogger);
  definitions.forEach((one) => engine.services.registry.register(one));
  await engine.open();
  await engine.start();
  return { clock, engine };
}

describe('The default build id', () => {
  it('is the same whatever the order of registration', () => {
    const [a, b] = [definition('a'), definition('b')];

    expect(buildIdOf(registryOf(a, b))).toBe(buildIdOf(registryOf(b, a)));
  });

  it.each<[string, WorkflowDefinition]>([
    ['a name', definition('b')],
    ['a version', definition('a', { version: 2 })],
    ['the code', definition('a', { fingerprint: 'other' })],
  ])('differs by %s', (_, other) => {
    expect(buildIdOf(registryOf(other))).not.toBe(buildIdOf(registryOf(definition('a', { fingerprint: 'one' }))));
  });

  it('differs by the text of a class', async () => {
    const [one, other] = [
      class {
        run() {
          return 1;
        }
      },
      class {
        run() {
          return 2;
        }
      },
    ];
    [one, other].forEach((target) => Workflow('same')(target));

    const [first, second] = await Promise.all(
      [one, other].map((target) => defineFromInstance(new target(), DEFINITION_FACTORIES)),
    );

    expect(buildIdOf(registryOf(first as WorkflowDefinition))).not.toBe(
      buildIdOf(registryOf(second as WorkflowDefinition)),
    );
  });
});

describe('createEngine', () => {
  it('runs workflows without Nest', async () => {
    const { clock, engine } = await started({}, definition('a'));
    const handle = await engine.client.start('a');

    await engine.worker?.drain();

    expect(await handle.result()).toBe('a');
    await engine.stop();
    await engine.close();
    expect(clock.pending).toBe(0);
  });

  it('names the build by what is registered after it was made, or as it is told to', async () => {
    const { engine } = await started({}, definition('a'));
    const { engine: told } = await started({ worker: { buildId: 'release-7' } }, definition('a'));

    expect(engine.services.options.buildId).toBe(buildIdOf(registryOf(definition('a'))));
    expect(told.services.options.buildId).toBe('release-7');
    await Promise.all([engine, told].map((one) => one.stop()));
  });

  it('tells diagnostics channels what happened', async () => {
    const { engine } = await started({}, definition('a'));
    const seen: LifecycleEvent[] = [];
    const listener = (event: unknown) => void seen.push(event as LifecycleEvent);
    subscribe('nestjs-workflow:completed', listener);

    await engine.client.start('a', undefined, { id: 'd' });
    await engine.worker?.drain();

    unsubscribe('nestjs-workflow:completed', listener);
    expect(seen).toEqual([expect.objectContaining({ type: 'completed', workflowId: 'd' })]);
    await engine.stop();
  });
});
