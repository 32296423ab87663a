import { Injectable } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { GraphService, WorkflowModule } from 'nestjs-workflow';
import { GraphWorkflow, Node, WorkflowBuilder, type GraphWorkflowOptions } from 'nestjs-workflow/graph';

const graphOf = (name: string) =>
  new WorkflowBuilder(name)
    .addNode('a', () => ({}))
    .setEntry('a')
    .setTerminal('a')
    .build();

describe('What GraphService is asked for', () => {
  const [one, other] = [graphOf('one'), graphOf('other')];
  let graphs: GraphService;
  let close: () => Promise<void>;

  beforeAll(async () => {
    const module = await Test.createTestingModule({
      imports: [WorkflowModule.stub(), WorkflowModule.forFeature([one, other])],
    }).compile();
    await module.init();
    graphs = module.get(GraphService);
    close = () => module.close();
    await graphs.execute(one, 'x', { id: 'one-1' });
  });
  afterAll(() => close());

  it.each<[string, () => unknown, string]>([
    ['a registration of nothing', () => graphs.register(undefined as never), 'WorkflowDefinitionError'],
    ['a fork without options', () => graphs.fork('one-1', undefined as never), 'GraphExecutionError'],
    ['a diagram in another format', () => graphs.diagram(one, { format: 'svg' as never }), 'WorkflowOptionsError'],
    ['a diagram with other options', () => graphs.diagram(one, { foo: 1 } as never), 'WorkflowOptionsError'],
    ["another graph's run", () => graphs.diagram(other, { workflowId: 'one-1' }), 'GraphExecutionError'],
    ['a start with other options', () => graphs.start(one, 1, { foo: 1 } as never), 'WorkflowOptionsError'],
  ])('is refused where it is %s', async (_, call, name) => {
    await expect((async () => call())()).rejects.toMatchObject({ name });
  });

  it('may be all that a refusal of an option lists', async () => {
    const refused = graphs.start(one, 1, { foo: 1 } as never);

    await expect(refused).rejects.toThrow(/Known are id, .*config, state/);
  });

  it('may be a fork that changes nothing', async () => {
    const fork = await graphs.fork('one-1', { before: 'a#1', state: null as never });

    expect(await fork.result()).toMatchObject({ terminatedAt: 'a' });
  });
});

describe('A class of a graph is refused by its name', () => {
  const refusal = async (options: GraphWorkflowOptions, to?: string) => {
    @Injectable()
    @GraphWorkflow('refused', options)
    class Refused {
      @Node(to === undefined ? {} : { to })
      first() {
        return {};
      }
    }
    const module = await Test.createTestingModule({ imports: [WorkflowModule.stub()], providers: [Refused] }).compile();
    return module.init().then(String, (error: Error) => `${error.name}: ${error.message}`);
  };

  it('where its edges are no function, or fail', async () => {
    const failing = () => {
      throw new TypeError('no');
    };

    expect(await refusal({ edges: 5 as never })).toMatch(/^WorkflowOptionsError: .*"edges of class Refused/);
    expect(await refusal({ edges: failing })).toMatch(
      /^WorkflowDefinitionError: The edges of the class Refused .*: no/,
    );
  });

  it('where a node leads to one that there is not', async () => {
    expect(await refusal({}, 'nope')).toContain('touches "nope"');
  });
});
