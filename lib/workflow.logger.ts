import { Logger } from '@nestjs/common';
import type { WorkflowLogger } from './core/lifecycle/index.js';

type Fields = Readonly<Record<string, unknown>>;

/** The engine's messages in Nest's log; fields follow the message as an object. @internal */
export class NestWorkflowLogger implements WorkflowLogger {
  private readonly logger = new Logger('Workflow');

  debug(message: string, fields?: Fields): void {
    this.logger.debug(message, ...given(fields));
  }

  info(message: string, fields?: Fields): void {
    this.logger.log(message, ...given(fields));
  }

  warn(message: string, fields?: Fields): void {
    this.logger.warn(message, ...given(fields));
  }

  error(message: string, fields?: Fields): void {
    this.logger.error(message, ...given(fields));
  }
}

function given(fields: Fields | undefined): Fields[] {
  return fields === undefined ? [] : [fields];
}
