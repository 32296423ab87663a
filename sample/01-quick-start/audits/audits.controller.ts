import {
  Body,
  Controller,
  Get,
  Header,
  Headers,
  HttpCode,
  NotFoundException,
  Param,
  Post,
  Sse,
  type MessageEvent,
} from '@nestjs/common';
import type { Observable } from 'rxjs';
import { AuditDecision } from './audit-decision.js';
import type { AuditReportDocument } from './audit-report.js';
import { renderMarkdown } from './audit-report.markdown.js';
import { AuditsService, type AuditView } from './audits.service.js';
import { progressEvents } from './progress-stream.js';
import { StartAuditDto } from './start-audit.dto.js';

@Controller('audits')
export class AuditsController {
  constructor(private readonly audits: AuditsService) {}

  @Post()
  async start(@Body() { id }: StartAuditDto): Promise<AuditView & { created: boolean }> {
    const handle = await this.audits.start(id);

    return { ...(await this.audits.view(handle.id)), created: handle.created };
  }

  @Get(':id')
  async view(@Param('id') id: string) {
    return { ...(await this.audits.view(id)), underReview: await this.audits.underReview(id) };
  }

  @Sse(':id/stream')
  async stream(
    @Param('id') id: string,
    @Headers('last-event-id') lastEventId?: string,
  ): Promise<Observable<MessageEvent>> {
    return progressEvents(await this.audits.handle(id), Number(lastEventId ?? 0) || 0);
  }

  @Post(':id/decision')
  @HttpCode(202)
  decide(@Param('id') id: string, @Body() decision: AuditDecision): Promise<{ accepted: boolean }> {
    return this.audits.decide(id, decision);
  }

  @Get(':id/report')
  async report(@Param('id') id: string): Promise<AuditReportDocument> {
    return this.storedReport(id);
  }

  @Get(':id/report.md')
  @Header('content-type', 'text/markdown; charset=utf-8')
  async markdown(@Param('id') id: string): Promise<string> {
    return renderMarkdown(await this.storedReport(id));
  }

  private async storedReport(id: string): Promise<AuditReportDocument> {
    const stored = await this.audits.report(id);
    if (stored !== null) return stored.report;
    throw new NotFoundException(`The audit "${id}" has no report, or not yet.`);
  }
}
