import { ValidationPipe, type INestApplication } from '@nestjs/common';
import { findFreePort } from './free-port.js';
import { WorkflowErrorFilter } from './workflow-error.filter.js';

/** Checks what comes in, answers errors of the engine with their status, and listens on this machine only. @returns the URL */
export async function listen(app: INestApplication, preferredPort: number): Promise<string> {
  app.useGlobalPipes(new ValidationPipe({ whitelist: true, transform: true }));
  app.useGlobalFilters(new WorkflowErrorFilter());
  // A process that is asked to stop lets running steps end and hands the rest over.
  app.enableShutdownHooks();
  const port = await findFreePort(preferredPort);
  await app.listen(port, '127.0.0.1');

  return `http://127.0.0.1:${port}`;
}
