import { Injectable } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { BulkService, Workflow, WorkflowModule, type WorkflowContext } from 'nestjs-workflow';
import { BulkWorkflow, type BulkRunner, type BulkStepContext } from 'nestjs-workflow/bulk';

@Injectable()
class Warehouse {
  readonly counted: string[] = [];

  async *skus(shelf: string) {
    for (const sku of ['a', 'b', 'c']) yield `${shelf}/${sku}`;
  }
}

@BulkWorkflow('recount', { batchSize: 2, keepResults: true })
class RecountBulk implements BulkRunner<string, string, number> {
  constructor(private readonly warehouse: Warehouse) {}

  source(shelf: string) {
    return this.warehouse.skus(shelf);
  }

  process(skus: readonly string[], { input, batchId }: BulkStepContext<string>) {
    this.warehouse.counted.push(...skus.map((sku) => `${batchId} of ${input}: ${sku}`));
    return skus.map((sku) => sku.length);
  }
}

@Workflow('parent')
class Parent {
  run(ctx: WorkflowContext) {
    return ctx.executeChild(RecountBulk, 'south');
  }
}

const started = async (...providers: (new (...args: never[]) => object)[]) => {
  const testing = Test.createTestingModule({
    imports: [WorkflowModule.stub()],
    providers: [Warehouse, ...providers],
  });
  const app = await testing.compile();
  await app.init();
  return app;
};

describe('A bulk that is a class', () => {
  it('works with what it injects, in memory, durably and as a child', async () => {
    const app = await started(RecountBulk, Parent);
    const bulks = app.get(BulkService);

    const inMemory = await bulks.execute(RecountBulk, 'north');
    const durable = await bulks.execute(RecountBulk, 'north', { id: 'recount-1' });
    const handle = await bulks.start('recount', 'south', { id: 'recount-2' });

    expect(inMemory).toMatchObject({ totalItems: 3, totalBatches: 2, results: [7, 7, 7] });
    expect(durable).toEqual(inMemory);
    expect(await handle.result()).toEqual(inMemory);
    expect(app.get(Warehouse).counted.slice(0, 3)).toEqual([
      ...['0 of north: north/a', '0 of north: north/b', '1 of north: north/c'],
    ]);
    expect(bulks.get(RecountBulk)).toMatchObject({ name: 'recount', version: 1, config: { batchSize: 2 } });
    await app.close();
  });

  it('has what the module says where it says nothing itself', async () => {
    @BulkWorkflow('terse')
    class Terse extends RecountBulk {}
    const testing = Test.createTestingModule({
      imports: [WorkflowModule.stub({ bulk: { batchSize: 1 } })],
      providers: [Warehouse, Terse],
    });
    const app = await testing.compile();
    await app.init();

    expect(await app.get(BulkService).execute(Terse, 'north')).toMatchObject({ totalBatches: 3 });
    await app.close();
  });

  it('without one of its methods is refused at the start, with the class and the mend', async () => {
    @BulkWorkflow('half')
    class Half {
      source() {
        return [];
      }
      declare process: () => void;
    }

    await expect(started(Half)).rejects.toThrow('The class Half carries @BulkWorkflow but has no method process.');
  });

  it('with a wrong option is refused at the start, with its name', async () => {
    @BulkWorkflow('wrong', { batchSize: 0 })
    class Wrong extends RecountBulk {}

    @BulkWorkflow('kept', { keepResults: 'yes' as never })
    class Kept extends RecountBulk {}

    await expect(started(Wrong)).rejects.toThrow('The option "batchSize of bulk "wrong"" has the value 0.');
    await expect(started(Kept)).rejects.toThrow('The option "keepResults of bulk "kept"" has the value "yes".');
  });
});
