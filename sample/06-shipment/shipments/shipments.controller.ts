import { Body, Controller, Get, Header, HttpCode, Param, ParseEnumPipe, Post, Query, UseFilters } from '@nestjs/common';
import {
  ApiBadRequestResponse,
  ApiConflictResponse,
  ApiCreatedResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiTags,
} from '@nestjs/swagger';
import type { StateHistoryPage } from 'nestjs-workflow/state-machine';
import { BookShipmentDto } from './book-shipment.dto.js';
import { HistoryDto } from './history.dto.js';
import { MoveShipmentDto, TRIGGERS } from './move-shipment.dto.js';
import type { ShipmentEvent } from './shipment.chart.js';
import { ShipmentView } from './shipment-view.js';
import { Shipments } from './shipments.service.js';
import { StateErrorFilter } from './state-error.filter.js';

const FORMATS = { mermaid: 'mermaid', dot: 'dot' } as const;
const KNOWN_TRIGGERS = Object.fromEntries(TRIGGERS.map((trigger) => [trigger, trigger]));

@ApiTags('shipments')
@Controller('shipments')
@UseFilters(StateErrorFilter)
export class ShipmentsController {
  constructor(private readonly shipments: Shipments) {}

  @Post()
  @ApiOperation({ summary: 'Book a shipment' })
  @ApiCreatedResponse({ type: ShipmentView })
  @ApiBadRequestResponse({ description: 'The request is not as described here.' })
  book(@Body() shipment: BookShipmentDto): Promise<ShipmentView> {
    return this.shipments.book(shipment);
  }

  @Get(':id')
  @ApiOperation({ summary: 'See how a shipment stands' })
  @ApiOkResponse({ type: ShipmentView })
  @ApiNotFoundResponse()
  view(@Param('id') id: string): Promise<ShipmentView> {
    return this.shipments.view(id);
  }

  @Post(':id/triggers')
  @HttpCode(200)
  @ApiOperation({ summary: 'Move a shipment' })
  @ApiOkResponse({ type: ShipmentView })
  @ApiConflictResponse({
    description: 'Its state does not take the trigger, or somebody else was first: both versions are answered.',
  })
  @ApiNotFoundResponse()
  move(@Param('id') id: string, @Body() request: MoveShipmentDto): Promise<ShipmentView> {
    return this.shipments.move(id, request);
  }

  @Get(':id/can/:trigger')
  @ApiOperation({ summary: 'Ask whether a shipment takes a trigger now' })
  @ApiParam({ name: 'trigger', enum: TRIGGERS })
  @ApiNotFoundResponse()
  async can(
    @Param('id') id: string,
    @Param('trigger', new ParseEnumPipe(KNOWN_TRIGGERS)) trigger: ShipmentEvent['type'],
  ): Promise<{ readonly can: boolean }> {
    return { can: await this.shipments.can(id, trigger) };
  }

  @Get(':id/history')
  @ApiOperation({ summary: 'See how it came there, oldest first, page by page' })
  @ApiNotFoundResponse()
  history(@Param('id') id: string, @Query() page: HistoryDto): Promise<StateHistoryPage> {
    return this.shipments.history(id, page);
  }

  @Get(':id/diagram/:format')
  @Header('content-type', 'text/plain; charset=utf-8')
  @ApiOperation({ summary: 'Draw the chart with the states marked that it is in' })
  @ApiParam({ name: 'format', enum: FORMATS })
  @ApiNotFoundResponse()
  diagram(
    @Param('id') id: string,
    @Param('format', new ParseEnumPipe(FORMATS)) format: 'mermaid' | 'dot',
  ): Promise<string> {
    return this.shipments.diagram(id, format);
  }
}
