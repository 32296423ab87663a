import 'reflect-metadata';
import { ConsoleLogger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { runCommand } from '../shared/command-line.js';
import { listen } from '../shared/http/listen.js';
import { AppModule } from './app.module.js';
import { Settings } from './settings.js';

await runCommand(Settings, async (settings) => {
  const app = await NestFactory.create(AppModule.with(settings), {
    logger: new ConsoleLogger({ logLevels: ['error', 'warn'] }),
  });
  const description = new DocumentBuilder().setTitle('Shipments').setDescription('Move shipments along.').build();
  SwaggerModule.setup('docs', app, () => SwaggerModule.createDocument(app, description));
  const url = await listen(app, settings.port);

  console.log(`Listening on ${url}, process ${process.pid}: kill -9 it at any moment, and start again.`);
  console.log(`The requests it takes are described at ${url}/docs.`);
});
