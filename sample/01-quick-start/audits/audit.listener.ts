import { EventsHandler, type IEventHandler } from '@nestjs/cqrs';
import { WorkflowCompletedEvent, WorkflowFailedEvent } from 'nestjs-workflow';
import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Settings } from '../settings.js';

/** Hears on the event bus how audits end, and keeps a diary of it. Nothing of the run depends on it. */
@EventsHandler(WorkflowCompletedEvent, WorkflowFailedEvent)
export class AuditListener implements IEventHandler<WorkflowCompletedEvent | WorkflowFailedEvent> {
  constructor(private readonly settings: Settings) {}

  async handle(event: WorkflowCompletedEvent | WorkflowFailedEvent): Promise<void> {
    const { occurredAt, workflowName, workflowId, status } = event;
    const line = [occurredAt.toISOString(), workflowName, workflowId, status].join('\t');
    await appendFile(join(this.settings.dataDir, 'audits.log'), `${line}\n`);
  }
}
