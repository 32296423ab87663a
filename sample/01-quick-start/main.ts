import 'reflect-metadata';
import { ConsoleLogger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { runCommand } from '../shared/command-line.js';
import { listen } from '../shared/http/listen.js';
import { AppModule } from './app.module.js';
import { Settings } from './settings.js';
import { AuditSession } from './terminal/audit-session.service.js';

await runCommand(Settings, async (settings) => {
  const app = await NestFactory.create(AppModule.with(settings), {
    logger: new ConsoleLogger({ logLevels: ['error', 'warn'] }),
  });
  const url = await listen(app, settings.port);

  await app.get(AuditSession).run(url);
  if (settings.decide !== undefined) await app.close();
});
