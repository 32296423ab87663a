import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { StateMachineService } from 'nestjs-workflow';
import type { StateHistoryPage } from 'nestjs-workflow/state-machine';
import { DataSource } from 'typeorm';
import { Settings } from '../settings.js';
import type { BookShipmentDto } from './book-shipment.dto.js';
import type { HistoryDto } from './history.dto.js';
import { eventOf, type MoveShipmentDto } from './move-shipment.dto.js';
import { shipmentChart, type ShipmentEvent } from './shipment.chart.js';
import { Shipment } from './shipment.entity.js';
import { viewOf, type ShipmentView } from './shipment-view.js';

type Chart = typeof shipmentChart;

/** What people do with shipments: book, move, look. */
@Injectable()
export class Shipments {
  constructor(
    private readonly machines: StateMachineService,
    private readonly dataSource: DataSource,
    private readonly settings: Settings,
  ) {}

  /** The row and its machine are one commit. A booking sent again answers the shipment that it made. */
  async book({ id = `shipment-${randomUUID()}`, ...shipment }: BookShipmentDto): Promise<ShipmentView> {
    const { collectWithinMs, clearWithinMs, deliverWithinMs } = this.settings;
    const limits = { collectMs: collectWithinMs, clearMs: clearWithinMs, deliverMs: deliverWithinMs };
    await this.dataSource.transaction(async (manager) => {
      const row = { ...shipment, id, status: '', handledBy: 'customer' };
      const inserted = await manager
        .createQueryBuilder()
        .insert()
        .into(Shipment)
        .values(row)
        .orIgnore()
        .returning('id')
        .execute();
      // Somebody sent it before.
      if ((inserted.raw as unknown[]).length === 0) return;
      await this.machines.create(shipmentChart, { id, input: { ...shipment, limits }, transaction: manager });
    });

    return this.view(id);
  }

  /**
   * Moves a shipment and writes who did it, in one commit.
   *
   * @throws StateTransitionRefusedError when it does not take the trigger; StateConcurrencyError when somebody else was first;
   * WorkflowNotFoundError
   */
  async move(id: string, request: MoveShipmentDto): Promise<ShipmentView> {
    const { by, expectedVersion } = request;
    const snapshot = await this.dataSource.transaction(async (manager) => {
      const moved = await this.machines.send<Chart>(id, eventOf(request), {
        transaction: manager,
        metadata: { by },
        ...(expectedVersion !== undefined && { expectedVersion }),
      });
      await manager.update(Shipment, { id }, { handledBy: by });

      return moved;
    });

    return viewOf(snapshot);
  }

  /** @throws WorkflowNotFoundError */
  async view(id: string): Promise<ShipmentView> {
    return viewOf(await this.machines.snapshot<Chart>(id));
  }

  /** @throws WorkflowNotFoundError */
  can(id: string, trigger: ShipmentEvent['type']): Promise<boolean> {
    return this.machines.can(id, trigger);
  }

  /** @throws WorkflowNotFoundError; WorkflowInputError for a cursor that no page answered */
  history(id: string, { limit, cursor }: HistoryDto): Promise<StateHistoryPage> {
    return this.machines.history(id, { limit, ...(cursor !== undefined && { cursor }) });
  }

  /** The chart with the states marked that the shipment is in. @throws WorkflowNotFoundError */
  async diagram(id: string, format: 'mermaid' | 'dot'): Promise<string> {
    return this.machines.diagram(shipmentChart, format, await this.machines.snapshot<Chart>(id));
  }
}
