import { StartOn, Workflow, type WorkflowContext, type WorkflowRunner } from 'nestjs-workflow';
import type { EntityManager } from 'typeorm';
import { Invoice } from './invoice.entity.js';

export class SaleClosed {
  constructor(
    readonly saleId: string,
    readonly total: number,
  ) {}
}

export interface Sale {
  readonly saleId: string;
  readonly total: number;
}

/** Writes an invoice once it was approved, in one commit with the step's own record. */
@Workflow('invoices')
@StartOn(SaleClosed, { id: (event) => event.saleId })
export class InvoiceWorkflow implements WorkflowRunner<Sale, { invoice: string }> {
  async run(ctx: WorkflowContext, { saleId, total }: Sale) {
    const number = await ctx.step('number', () => `inv-${saleId}`);
    await ctx.waitForSignal('approval', 'approved');
    await ctx.transaction('write', async (manager: EntityManager) => {
      await manager.insert(Invoice, { id: number, total });
    });
    return { invoice: number };
  }
}
