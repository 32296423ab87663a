import { DefinitionRegistry, type WorkflowContext, type WorkflowDefinition } from '../definition/index.js';
import { executeInMemory } from './execute-in-memory.js';
import { standaloneServices, type MemoryServices } from './memory-services.js';

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- input is contravariant: each test gives its own
type Run = (ctx: WorkflowContext, input: any) => unknown;

function define(run: Run, more: Partial<WorkflowDefinition> = {}): WorkflowDefinition<unknown> {
  return { name: 'w', version: 1, model: 'workflow', run, ...more };
}

function setUp() {
  const services: MemoryServices = { ...standaloneServices(), registry: new DefinitionRegistry() };
  const execute = (run: Run, input?: unknown, signal?: AbortSignal) =>
    executeInMemory(define(run), input, services, { signal });
  return { services, execute };
}

describe('The children of a run in memory', () => {
  it('run in memory through the registry, and are undone with their parent', async () => {
    const { execute, services } = setUp();
    const undone: unknown[] = [];
    const child = define((ctx, input: number) => ctx.step('double', () => input * 2), { name: 'child' });
    services.registry.register(child);

    const outcome = execute(async (ctx) => {
      const result = await ctx.executeChild('child', 4, { compensate: (value) => undone.push(value) });
      throw new TypeError(String(result));
    });

    await expect(outcome).rejects.toThrow('8');
    expect(undone).toEqual([8]);
  });

  it('that fail are an error that names them, with theirs as cause', async () => {
    const { execute } = setUp();
    const failure = new TypeError('no');
    const child = define(
      () => {
        throw failure;
      },
      { name: 'child' },
    );

    await expect(execute((ctx) => ctx.executeChild(child, 1))).rejects.toMatchObject({
      code: 'CHILD_WORKFLOW_FAILED',
      workflowName: 'child',
      cause: failure,
    });
  });

  it('are cancelled when their parent ends before them', async () => {
    const { execute } = setUp();
    let handle: Promise<unknown> | undefined;
    const child = define((ctx) => ctx.sleep('long', '1d'), { name: 'child' });

    await execute(async (ctx) => {
      handle = (await ctx.startChild(child, 1)).result().catch((error: unknown) => error);
    });

    expect(await handle).toMatchObject({ cause: { code: 'WORKFLOW_CANCELLED' } });
  });
});
