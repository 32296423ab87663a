import { Module } from '@nestjs/common';
import { AuditsModule } from '../audits/audits.module.js';
import { PackagesModule } from '../packages/packages.module.js';
import { AuditSession } from './audit-session.service.js';
import { BarProgressView } from './bar-progress.view.js';
import { DecisionPrompt } from './decision-prompt.js';
import { KeyDecisionPrompt } from './key-decision.prompt.js';
import { LineProgressView } from './line-progress.view.js';
import { ProgressView } from './progress-view.js';
import { RequestDecisionPrompt } from './request-decision.prompt.js';

@Module({
  imports: [AuditsModule, PackagesModule],
  providers: [
    AuditSession,
    {
      provide: ProgressView,
      useFactory: () => (process.stdout.isTTY ? new BarProgressView() : new LineProgressView()),
    },
    {
      provide: DecisionPrompt,
      useFactory: () =>
        process.stdin.isTTY && process.stdout.isTTY ? new KeyDecisionPrompt() : new RequestDecisionPrompt(),
    },
  ],
})
export class TerminalModule {}
