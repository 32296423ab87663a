import 'reflect-metadata';
import { ConsoleLogger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { runCommand } from '../shared/command-line.js';
import { listen } from '../shared/http/listen.js';
import { AppModule } from './app.module.js';
import { Settings } from './settings.js';
import { Tickets } from './tickets/tickets.service.js';

await runCommand(Settings, async (settings) => {
  const app = await NestFactory.create(AppModule.with(settings), {
    logger: new ConsoleLogger({ logLevels: ['error', 'warn'] }),
  });
  const url = await listen(app, settings.port);
  const unfinished = await app.get(Tickets).unfinished();

  console.log(`Listening on ${url}, process ${process.pid}: kill -9 it at any moment, and start again.`);
  console.log(`Open ${url} in a browser, or take in the messages: curl -X POST ${url}/tickets/inbox`);
  if (unfinished.length === 0) return;
  const what = settings.runsTickets ? 'Unfinished tickets go on' : 'Unfinished tickets, for another process to run';
  console.log(`${what}: ${unfinished.join(', ')}.`);
});
