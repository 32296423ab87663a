import { Module } from '@nestjs/common';
import { InvoiceWorkflow } from './invoice.workflow.js';

@Module({ providers: [InvoiceWorkflow] })
export class InvoicesModule {}
