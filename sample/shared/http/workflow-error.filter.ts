import { Catch, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { WorkflowError } from 'nestjs-workflow';
import type { ServerResponse } from 'node:http';

/** Answers with the status that every error of the engine carries: 404 for an unknown id, 409 for a conflict … */
@Catch(WorkflowError)
export class WorkflowErrorFilter implements ExceptionFilter<WorkflowError> {
  catch(error: WorkflowError, host: ArgumentsHost): void {
    const response = host.switchToHttp().getResponse<ServerResponse>();
    if (response.headersSent) {
      response.end();
      return;
    }
    const body = { statusCode: error.httpStatus, code: error.code, message: error.message };
    response.writeHead(error.httpStatus, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  }
}
