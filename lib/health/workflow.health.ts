import type {
  WorkflowHealthReport,
  WorkflowHealthResult,
  WorkflowHealthThresholds,
} from './health-report.interface.js';
import { reportHealth, type HealthSources } from './health-reporter.js';
import { terminusSession } from './terminus.js';

/**
 * Says whether the workflow engine of this process can do its work: with `@nestjs/terminus` by {@link isHealthy}, without it by
 * {@link report}.
 *
 * @example
 * health.check([() => workflows.isHealthy('workflows', { maxDueAge: '1m' })]);
 *
 * @publicApi
 */
export class WorkflowHealthIndicator {
  constructor(private readonly sources: HealthSources) {}

  /** How things stand. A store that cannot be reached is a finding. @throws WorkflowOptionsError for a threshold that is none */
  report(thresholds?: WorkflowHealthThresholds): Promise<WorkflowHealthReport> {
    return reportHealth(this.sources, thresholds);
  }

  /**
   * The same for Terminus: `up`, or `down` with the problems.
   *
   * @throws WorkflowOptionsError when `@nestjs/terminus` is not installed.
   */
  async isHealthy<const Key extends string>(
    key: Key,
    thresholds?: WorkflowHealthThresholds,
  ): Promise<WorkflowHealthResult<Key>> {
    const session = await terminusSession(key);
    const { healthy, problems, ...data } = await this.report(thresholds);
    const result = healthy ? session.up(data) : session.down({ message: problems.join(' '), ...data });
    return result as WorkflowHealthResult<Key>;
  }
}
