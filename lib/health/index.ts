export type {
  WorkflowHealthReport,
  WorkflowHealthResult,
  WorkflowHealthThresholds,
  WorkflowWorkerHealth,
} from './health-report.interface.js';
export type { HealthSources } from './health-reporter.js';
export { WorkflowHealthIndicator } from './workflow.health.js';
