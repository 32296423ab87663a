import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { GraphService, WorkflowClient } from 'nestjs-workflow';
import type { GraphStream } from 'nestjs-workflow/graph';
import { Inbox } from './inbox.service.js';
import type { Message } from './message.js';
import type { OpenTicketDto } from './open-ticket.dto.js';
import type { TicketState } from './ticket-state.js';
import { TicketGraph } from './ticket.graph.js';
import type { TicketView, VisitView } from './ticket-view.js';

@Injectable()
export class Tickets {
  constructor(
    private readonly graphs: GraphService,
    private readonly client: WorkflowClient,
    private readonly inbox: Inbox,
    private readonly tickets: TicketGraph,
  ) {}

  async open({ id = randomUUID(), ...message }: OpenTicketDto): Promise<TicketView & { readonly created: boolean }> {
    const created = await this.begin(id, message);

    return { ...(await this.view(id)), created };
  }

  /** A ticket for every message of the folder that has none. @returns how many are new */
  async takeIn(): Promise<number> {
    const messages = [...(await this.inbox.read())];
    const begun = await Promise.all(messages.map(([id, message]) => this.begin(id, message)));

    return begun.filter(Boolean).length;
  }

  /** @throws WorkflowNotFoundError */
  async view(id: string): Promise<TicketView> {
    const { finalState, status, wait, output, nodeResults } = await this.graphs.result(id);
    const { input, topic, isUrgent, order, draft, drafts } = finalState as unknown as TicketState;
    const { from, subject } = input;
    const path = nodeResults.map(({ nodeName }) => nodeName);

    const waitsAt = wait?.node;

    return { id, status, waitsAt, from, subject, topic, isUrgent, order, draft, drafts, outcome: output, path };
  }

  /** The newest first. */
  async list(): Promise<TicketView[]> {
    const { items } = await this.client.list({ workflow: this.tickets.graph, limit: 100 });

    return Promise.all(items.map(({ id }) => this.view(id)));
  }

  async unfinished(): Promise<string[]> {
    const { items } = await this.client.list({
      workflow: this.tickets.graph,
      status: ['pending', 'running', 'suspended'],
    });

    return items.map(({ id }) => id).sort();
  }

  /** @throws WorkflowNotFoundError */
  async visits(id: string): Promise<VisitView[]> {
    const visits = await this.graphs.history(id);

    return visits.map(({ visit, update, error }) => ({ visit, update, error }));
  }

  /** Everything that happens to a ticket, from its beginning on, whichever process runs it. @throws WorkflowNotFoundError */
  async watch(id: string): Promise<GraphStream<'events'>> {
    await this.graphs.result(id);

    return this.graphs.watch(id, { mode: 'events' });
  }

  /** The graph in Mermaid's language, with the way of one ticket on it. @throws WorkflowNotFoundError */
  diagram(id: string): Promise<string> {
    return this.graphs.diagram(this.tickets.graph, { workflowId: id });
  }

  private async begin(id: string, message: Message): Promise<boolean> {
    const { from, subject, text } = message;
    const { created } = await this.graphs.start(this.tickets.graph, { from, subject, text }, { id });

    return created;
  }
}
