import 'reflect-metadata';
import { Test } from '@nestjs/testing';
import { plainToInstance, Type } from 'class-transformer';
import { IsInt, IsUrl, Max, ValidateNested } from 'class-validator';
import { BulkOperationConfig } from './bulk/index.js';
import { GraphConfig } from './graph/index.js';
import { WorkflowModule, type WorkflowModuleOptions } from './index.js';

class PricingBulk extends BulkOperationConfig {
  @Max(50)
  declare readonly batchSize: number;

  @IsUrl()
  endpoint = 'https://prices.example';
}

class SmallGraphs extends GraphConfig {
  @Max(10)
  override readonly maxIterations = 5;
}

class Worker {
  @Max(20)
  concurrency = 10;
}

class Settings implements WorkflowModuleOptions {
  @ValidateNested()
  @Type(() => Worker)
  worker = new Worker();

  @IsInt()
  settleTimeout = 1_000;
}

const start = async (options: WorkflowModuleOptions) =>
  Test.createTestingModule({ imports: [WorkflowModule.forRoot({ worker: false, ...options })] }).compile();
const refusal = (options: WorkflowModuleOptions) => start(options).then(String, (error: Error) => error.message);

describe('Options that are objects of classes', () => {
  it('are refused at the start by what class-validator says, with the name of the option', async () => {
    expect(await refusal({ bulk: new PricingBulk({ batchSize: 60 }) })).toBe(
      'The option "bulk.batchSize" has the value 60. It must be as the class PricingBulk says: batchSize must not be greater than 50.',
    );
    expect(await refusal({ graph: plainToInstance(SmallGraphs, { maxIterations: 11 }) })).toContain(
      '"graph.maxIterations" has the value 11',
    );
    expect(await refusal({ bulk: plainToInstance(PricingBulk, { endpoint: 'nowhere' }) })).toContain(
      '"bulk.endpoint" has the value "nowhere"',
    );
  });

  it('are refused as a whole, too', async () => {
    const given = plainToInstance(Settings, { worker: { concurrency: 21 } });
    const module = WorkflowModule.forRoot(given);

    await expect(Test.createTestingModule({ imports: [module] }).compile()).rejects.toThrow(
      'The option "worker.concurrency" has the value 21',
    );
  });

  it.each([
    ['batchSize', plainToInstance(BulkOperationConfig, { batchSize: 0 })],
    ['timeout', plainToInstance(PricingBulk, { timeout: -1 })],
    ['batchsize', plainToInstance(BulkOperationConfig, { batchsize: 5 })],
  ])('are refused by the rules of the module where their class has none: %s', async (option, bulk) => {
    expect(await refusal({ bulk })).toContain(`The option "bulk.${option}" has the value`);
  });

  it('are what is injected, with the defaults of what they leave out', async () => {
    const bulk = plainToInstance(PricingBulk, { retryAttempts: 1 });
    const app = await start({ bulk, graph: new SmallGraphs() });

    expect(app.get(BulkOperationConfig)).toBe(bulk);
    expect(bulk).toMatchObject({ batchSize: 10, retryAttempts: 1, endpoint: 'https://prices.example' });
    expect(app.get(GraphConfig)).toMatchObject({ maxIterations: 5, nodeTimeout: 120 });
  });

  it('are refused where the plain object that they are made of has misspelt one', async () => {
    expect(await refusal({ graph: plainToInstance(GraphConfig, { maxIteration: 5 }) })).toContain(
      '"graph.maxIteration" has the value 5. It must be left out, because there is no such option. Did you mean "maxIterations"?',
    );
  });

  it('are refused inside others as well', async () => {
    class Backoff {
      @Max(60_000)
      delay = 120_000;
    }

    expect(await refusal({ retry: { attempts: 2, backoff: new Backoff() } })).toContain(
      '"retry.backoff.delay" has the value 120000. It must be as the class Backoff says',
    );
  });

  it('have their defaults where they say null', () => {
    const given = plainToInstance(BulkOperationConfig, { batchSize: null, circuitBreakerConfig: null });

    expect(BulkOperationConfig.of(given)).toMatchObject({ batchSize: 10, circuitBreakerConfig: null });
  });

  it('are filled in where a field of theirs has hidden what there was', () => {
    class Bare extends BulkOperationConfig {
      override readonly maxConcurrency = undefined as unknown as number;
    }

    expect(BulkOperationConfig.of(new Bare({ batchSize: 7 }))).toMatchObject({ batchSize: 7, maxConcurrency: 5 });
  });
});
