import { Catch, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import {
  isStateConcurrencyError,
  isStateTransitionRefusedError,
  StateConcurrencyError,
  StateError,
} from 'nestjs-workflow/state-machine';
import type { ServerResponse } from 'node:http';

type Refusal = StateError | StateConcurrencyError;

/** Answers a refusal with what a caller needs to decide anew: both versions, or the state that did not take the trigger. */
@Catch(StateError, StateConcurrencyError)
export class StateErrorFilter implements ExceptionFilter<Refusal> {
  catch(error: Refusal, host: ArgumentsHost): void {
    const { httpStatus: statusCode, code, message } = error;
    const body = { statusCode, code, message, ...detailsOf(error) };
    const response = host.switchToHttp().getResponse<ServerResponse>();
    response.writeHead(statusCode, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  }
}

function detailsOf(error: Refusal): object {
  if (isStateConcurrencyError(error)) return { expected: error.expected, actual: error.actual };
  if (!isStateTransitionRefusedError(error)) return {};
  const { state, trigger, version } = error;

  return { state, trigger, version };
}
