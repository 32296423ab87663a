import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { WorkflowClient, WorkflowModule } from 'nestjs-workflow';
import { expectGreeting, GreetingWorkflow } from './greeting.workflow.js';

@Module({ imports: [WorkflowModule.forRoot()], providers: [GreetingWorkflow] })
class AppModule {}

const app = await NestFactory.createApplicationContext(AppModule, { logger: ['error', 'warn'] });
await expectGreeting(app.get(WorkflowClient));
await app.close();
