import { Injectable, Module, Scope, type ModuleMetadata, type Type } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import { Workflow, workflowDefinitionFactory, type WorkflowRunner } from '../code-first/index.js';
import { DefinitionRegistry, type WorkflowContext, type WorkflowDefinition } from '../core/definition/index.js';
import type { DefinitionFactory } from './definition-factory.interface.js';
import { ClassMetadata } from './class-metadata.accessor.js';
import { ProviderExplorer } from './provider.explorer.js';
import { WorkflowExplorer } from './workflow.explorer.js';

const factories = [workflowDefinitionFactory as DefinitionFactory];

async function explore(
  metadata: ModuleMetadata,
  also: readonly DefinitionFactory[] = [],
): Promise<WorkflowDefinition[]> {
  const testing = await Test.createTestingModule(metadata).compile();
  const providers = new ProviderExplorer(testing.get(ModulesContainer));
  return new WorkflowExplorer(providers).explore([...factories, ...also]);
}

@Injectable()
class Greeter {
  greet(name: string): string {
    return `Hello ${name}`;
  }
}

@Workflow('greetings', { version: 2, timeout: '1h', priority: 5 })
class GreetingWorkflow implements WorkflowRunner<string, string> {
  constructor(private readonly greeter: Greeter) {}

  async run(_ctx: WorkflowContext, name: string) {
    return this.greeter.greet(name);
  }
}

function workflowClass(name: string, options?: Parameters<typeof Workflow>[1]): Type {
  class SomeWorkflow {
    run() {}
  }
  Workflow(name, options)(SomeWorkflow);
  return SomeWorkflow;
}

describe('WorkflowExplorer', () => {
  it('finds a workflow in any module and runs it with what it injects', async () => {
    @Module({ providers: [Greeter, GreetingWorkflow] })
    class FeatureModule {}

    const [definition] = await explore({ imports: [FeatureModule] });

    expect(definition).toMatchObject({
      name: 'greetings',
      version: 2,
      timeoutMs: 3_600_000,
      priority: 5,
      target: GreetingWorkflow,
    });
    expect(await definition?.run({} as WorkflowContext, 'Ada')).toBe('Hello Ada');
  });

  it('finds workflows made by a factory or provided under another token, and takes an alias for what it is', async () => {
    const first = workflowClass('first');
    const second = workflowClass('second');

    const definitions = await explore({
      providers: [
        { provide: 'MADE', useFactory: () => new first() as object },
        { provide: 'OTHER', useClass: second },
        { provide: 'ALIAS', useExisting: 'OTHER' },
      ],
    });

    expect(definitions.map(({ name }) => name).sort()).toEqual(['first', 'second']);
  });

  it('passes over every other kind of provider', async () => {
    const odd = new Proxy({}, { get: () => undefined });

    const definitions = await explore({
      providers: [
        Greeter,
        { provide: 'NULL', useValue: null },
        { provide: 'BARE', useValue: Object.create(null) as object },
        { provide: 'ODD', useValue: odd },
        { provide: 'POSING', useValue: { constructor: GreetingWorkflow } },
      ],
    });

    expect(definitions).toEqual([]);
  });

  it('does not take a subclass for a workflow because its base is one', async () => {
    class Derived extends GreetingWorkflow {}

    expect(
      await explore({ providers: [Greeter, { provide: Derived, useFactory: () => new Derived(new Greeter()) }] }),
    ).toEqual([]);
  });

  it('tells two texts of a class apart', async () => {
    const one = class {
      run() {
        return 1;
      }
    };
    const other = class {
      run() {
        return 2;
      }
    };
    Workflow('one')(one);
    Workflow('other')(other);

    const [first, second] = await explore({ providers: [one, other] });

    expect(first?.fingerprint).not.toBe(second?.fingerprint);
  });

  describe('refuses, naming class and mend,', () => {
    it('a class without run()', async () => {
      class EmptyWorkflow {}
      Workflow('empty')(EmptyWorkflow as never);

      await expect(explore({ providers: [EmptyWorkflow] })).rejects.toThrow(
        /class EmptyWorkflow carries @Workflow but has no method run\(\)\. Write "async run\(ctx, input\)"/,
      );
    });

    it('a request-scoped workflow', async () => {
      @Injectable({ scope: Scope.REQUEST })
      @Workflow('scoped')
      class ScopedWorkflow {
        run() {}
      }

      await expect(explore({ providers: [ScopedWorkflow] })).rejects.toThrow(
        /class ScopedWorkflow in RootTestModule is request-scoped.*Make it a singleton/,
      );
    });

    it('a workflow that injects something request-scoped', async () => {
      @Injectable({ scope: Scope.REQUEST })
      class CurrentUser {}
      @Workflow('indirect')
      class IndirectWorkflow {
        constructor(readonly user: CurrentUser) {}
        run() {}
      }

      await expect(explore({ providers: [CurrentUser, IndirectWorkflow] })).rejects.toThrow(
        /class IndirectWorkflow .* through something it injects/,
      );
    });

    it('a transient workflow', async () => {
      @Injectable({ scope: Scope.TRANSIENT })
      @Workflow('transient')
      class TransientWorkflow {
        run() {}
      }

      await expect(explore({ providers: [TransientWorkflow] })).rejects.toThrow(
        /class TransientWorkflow .* is transient/,
      );
    });

    it('a class provided in two modules', async () => {
      @Module({ providers: [Greeter, GreetingWorkflow] })
      class OneModule {}
      @Module({ providers: [Greeter, GreetingWorkflow] })
      class OtherModule {}

      await expect(explore({ imports: [OneModule, OtherModule] })).rejects.toThrow(
        /class GreetingWorkflow is provided twice, in OneModule and in OtherModule/,
      );
    });

    it('two classes with one name and version', async () => {
      const definitions = await explore({ providers: [workflowClass('same'), workflowClass('same')] });
      const registry = new DefinitionRegistry();

      expect(() => definitions.forEach((definition) => registry.register(definition))).toThrow(
        /Two workflows are registered as "same@1": class SomeWorkflow and class SomeWorkflow\. Give one of them another name or version/,
      );
    });

    it('two workflow decorators on one class', async () => {
      const metadata = new ClassMetadata<true>('workflow:other');
      const both = workflowClass('both');
      metadata.record(both, true);
      const other = { decorator: '@Other', metadata, create: () => ({}) } as unknown as DefinitionFactory;

      await expect(explore({ providers: [both] }, [other])).rejects.toThrow(
        /SomeWorkflow carries @Workflow and @Other.*keep one/,
      );
    });

    it.each<[string, Parameters<typeof Workflow>, RegExp]>([
      ['a malformed name', ['my workflow'], /class SomeWorkflow.*"my workflow"/],
      ['an empty name', [''], /class SomeWorkflow/],
      ['a version that is no positive integer', ['a', { version: 0 }], /class SomeWorkflow.*0/],
      ['a malformed time-out', ['a', { timeout: 'soon' }], /timeout of class SomeWorkflow" has the value "soon"/],
      [
        'a limit below one',
        ['a', { concurrency: { limit: 0 } }],
        /concurrency\.limit of class SomeWorkflow" has the value 0/,
      ],
      ['a fractional priority', ['a', { priority: 1.5 }], /priority of class SomeWorkflow" has the value 1\.5/],
      ['malformed retries', ['a', { retry: { attempts: -2 } }], /class SomeWorkflow/],
      ['retries that try nothing', ['a', { retry: 0 }], /"retry of class SomeWorkflow" has the value 0/],
      [
        'a misspelt option',
        ['a', { tiemout: '1h' } as object],
        /"tiemout of class SomeWorkflow".*Did you mean "timeout"\? Known are version, timeout/,
      ],
      [
        'a misspelt option inside another',
        ['a', { concurrency: { limt: 3 } as never }],
        /"concurrency\.limt of class SomeWorkflow".*Did you mean "limit"/,
      ],
      [
        'an undo policy that is none',
        ['a', { onUndoFailure: 'ignore' as 'stop' }],
        /onUndoFailure of class SomeWorkflow/,
      ],
      [
        'an input that is neither class nor schema',
        ['a', { input: {} as never }],
        /"input" of class SomeWorkflow is neither/,
      ],
    ])('%s', async (_, args, message) => {
      await expect(explore({ providers: [workflowClass(...args)] })).rejects.toThrow(message);
    });
  });
});
