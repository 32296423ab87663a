import { Module, type DynamicModule, type INestApplication, type Type } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test, type TestingModule } from '@nestjs/testing';
import { WorkflowModule, type WorkflowModuleOptions } from 'nestjs-workflow';
import { silentNestLogger } from './silent-nest-logger.js';

type Importable = Type | DynamicModule;
export type HttpAdapter = 'express' | 'fastify';

/**
 * A booted application, said in one sentence:
 * `await testApplication().with(OrdersModule).workflows({ typeorm: true }).listen('fastify')`.
 */
export function testApplication(): TestApplicationBuilder {
  return new TestApplicationBuilder();
}

class TestApplicationBuilder {
  private readonly imports: Importable[] = [];
  private readonly providers: NonNullable<DynamicModule['providers']> = [];
  private workflowModule: Importable = WorkflowModule.forRoot();
  private cqrsModule: Importable | undefined = CqrsModule.forRoot();

  with(...modules: Importable[]): this {
    this.imports.push(...modules);
    return this;
  }

  providing(...providers: NonNullable<DynamicModule['providers']>): this {
    this.providers.push(...providers);
    return this;
  }

  workflows(module: WorkflowModuleOptions | DynamicModule): this {
    this.workflowModule = 'module' in module ? module : WorkflowModule.forRoot(module);
    return this;
  }

  cqrs(module: Importable | undefined): this {
    this.cqrsModule = module;
    return this;
  }

  /** Boots without HTTP. */
  async init(): Promise<INestApplication> {
    const app = (await this.compile()).createNestApplication();
    app.useLogger(silentNestLogger);
    return app.init();
  }

  /** Boots on a free port of the loopback; `url` is where it listens. */
  async listen(adapter: HttpAdapter = 'express'): Promise<{ readonly app: INestApplication; readonly url: string }> {
    const testing = await this.compile();
    const app = testing.createNestApplication(adapter === 'fastify' ? new FastifyAdapter() : new ExpressAdapter());
    app.useLogger(silentNestLogger);
    await app.listen(0, '127.0.0.1');
    return { app, url: await app.getUrl() };
  }

  private compile(): Promise<TestingModule> {
    const { providers } = this;
    const imports = [...(this.cqrsModule ? [this.cqrsModule] : []), this.workflowModule, ...this.imports];

    @Module({ imports, providers })
    class AppModule {}

    return Test.createTestingModule({ imports: [AppModule] })
      .setLogger(silentNestLogger)
      .compile();
  }
}
