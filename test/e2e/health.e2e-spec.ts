import { Controller, Get, Module, type INestApplication } from '@nestjs/common';
import { HealthCheck, HealthCheckService, TerminusModule } from '@nestjs/terminus';
import { WORKFLOW_WORKER, WorkflowHealthIndicator, type WorkflowWorker } from 'nestjs-workflow';
import { testApplication, type HttpAdapter } from '../utils/test-application.js';

@Controller('health')
class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly workflows: WorkflowHealthIndicator,
  ) {}

  @Get()
  @HealthCheck()
  check() {
    return this.health.check([() => this.workflows.isHealthy('workflows', { maxDueAge: '1m' })]);
  }
}

@Module({ imports: [TerminusModule.forRoot({ logger: false })], controllers: [HealthController] })
class HealthModule {}

describe.each<[HttpAdapter]>([['express'], ['fastify']])('The health endpoint on %s', (adapter) => {
  let app: INestApplication;
  let url: string;

  beforeAll(async () => {
    ({ app, url } = await testApplication().with(HealthModule).listen(adapter));
  });

  afterAll(async () => {
    await app.close();
  });

  it('is up while the engine works', async () => {
    const response = await fetch(`${url}/health`);

    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({
      status: 'ok',
      info: {
        workflows: {
          status: 'up',
          store: { kind: 'memory', reachable: true },
          worker: { enabled: true, running: true },
          quarantined: 0,
        },
      },
    });
  });

  it('is down once the worker has stopped', async () => {
    await app.get<WorkflowWorker>(WORKFLOW_WORKER).stop();

    const response = await fetch(`${url}/health`);

    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({
      error: { workflows: { status: 'down', message: 'The worker of this process is not running.' } },
    });
  });
});
