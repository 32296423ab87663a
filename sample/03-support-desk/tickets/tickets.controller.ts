import { Body, Controller, Get, Header, Headers, Param, Post, Sse, type MessageEvent } from '@nestjs/common';
import type { Observable } from 'rxjs';
import { OpenTicketDto } from './open-ticket.dto.js';
import { eventsAfter } from './ticket-events.js';
import { Tickets } from './tickets.service.js';
import type { TicketView, VisitView } from './ticket-view.js';

@Controller('tickets')
export class TicketsController {
  constructor(private readonly tickets: Tickets) {}

  @Post()
  open(@Body() message: OpenTicketDto): Promise<TicketView & { readonly created: boolean }> {
    return this.tickets.open(message);
  }

  @Post('inbox')
  async takeIn(): Promise<{ readonly opened: number }> {
    return { opened: await this.tickets.takeIn() };
  }

  @Get()
  list(): Promise<TicketView[]> {
    return this.tickets.list();
  }

  @Get(':id')
  view(@Param('id') id: string): Promise<TicketView> {
    return this.tickets.view(id);
  }

  @Get(':id/visits')
  visits(@Param('id') id: string): Promise<VisitView[]> {
    return this.tickets.visits(id);
  }

  @Get(':id/diagram')
  @Header('content-type', 'text/plain; charset=utf-8')
  diagram(@Param('id') id: string): Promise<string> {
    return this.tickets.diagram(id);
  }

  /** Ends with the ticket; who leaves ends nothing but the watching, and who comes back goes on where he was. */
  @Sse(':id/stream')
  async stream(
    @Param('id') id: string,
    @Headers('last-event-id') lastSeen?: string,
  ): Promise<Observable<MessageEvent>> {
    const events = (await this.tickets.watch(id)).toObservable();

    return events.pipe(eventsAfter(lastSeen));
  }
}
