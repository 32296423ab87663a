import 'reflect-metadata';
import { ConsoleLogger, ValidationPipe } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module.js';
import { stopDatabase } from './database/embedded-database.js';
import { findFreePort } from './http/free-port.js';
import { WorkflowErrorFilter } from './http/workflow-error.filter.js';
import { Settings } from './settings.js';
import { AuditSession } from './terminal/audit-session.service.js';

async function main(settings: Settings): Promise<void> {
  if (settings.help) return console.log(Settings.usage);
  if (settings.stop) return stopDatabase(settings);

  const app = await NestFactory.create(AppModule.with(settings), {
    logger: new ConsoleLogger({ logLevels: ['error', 'warn'] }),
  });
  app.useGlobalPipes(new ValidationPipe({ whitelist: true, transform: true }));
  app.useGlobalFilters(new WorkflowErrorFilter());
  app.enableShutdownHooks();
  const port = await findFreePort(settings.port);
  await app.listen(port, '127.0.0.1');

  await app.get(AuditSession).run(`http://127.0.0.1:${port}`);
  if (settings.decide !== undefined) await app.close();
}

function readSettings(): Settings {
  try {
    return Settings.from(process.argv.slice(2));
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${Settings.usage}`);
    process.exit(2);
  }
}

await main(readSettings());
