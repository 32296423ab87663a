import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { WorkflowClient, WorkflowModule } from 'nestjs-workflow';
import { expectGreeting, GreetingWorkflow } from './greeting.workflow.js';

declare const process: { env: Record<string, string | undefined> };

@Module({
  imports: [
    TypeOrmModule.forRoot({ type: 'postgres', url: process.env.DATABASE_URL }),
    WorkflowModule.forRoot({ typeorm: true }),
  ],
  providers: [GreetingWorkflow],
})
class AppModule {}

const app = await NestFactory.createApplicationContext(AppModule, { logger: ['error', 'warn'] });
await expectGreeting(app.get(WorkflowClient));
await app.close();
