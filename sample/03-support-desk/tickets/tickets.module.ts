import { Module } from '@nestjs/common';
import { Classifier } from './classifier.js';
import { Inbox } from './inbox.service.js';
import { Mailer } from './mailer.service.js';
import { RuleClassifier } from './rule.classifier.js';
import { TemplateWriter } from './template.writer.js';
import { TicketGraph } from './ticket.graph.js';
import { TicketsController } from './tickets.controller.js';
import { Tickets } from './tickets.service.js';
import { Writer } from './writer.js';

@Module({
  controllers: [TicketsController],
  providers: [
    Tickets,
    TicketGraph,
    Inbox,
    Mailer,
    { provide: Classifier, useClass: RuleClassifier },
    { provide: Writer, useClass: TemplateWriter },
  ],
  exports: [Tickets],
})
export class TicketsModule {}
