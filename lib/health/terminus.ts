import { WorkflowOptionsError } from '../core/errors/index.js';

/** The two answers that Terminus 11 and 12 have in common. @internal */
export interface HealthSession {
  up(data: Record<string, unknown>): Record<string, unknown>;
  down(data: Record<string, unknown>): Record<string, unknown>;
}

/** Begins a health check of Terminus. @throws WorkflowOptionsError when the package is not installed. @internal */
export async function terminusSession(key: string): Promise<HealthSession> {
  try {
    const { HealthIndicatorService } = await import('@nestjs/terminus');
    return new HealthIndicatorService().check(key);
  } catch (cause) {
    const expected = 'used with the package @nestjs/terminus installed; without it, call report()';
    throw new WorkflowOptionsError({ option: 'isHealthy', value: key, expected, cause });
  }
}
