import type { WorkflowLogger } from '../lifecycle/index.js';
import type { ContextHost } from './execution-host.js';

/** A logger that says nothing of what a replay passes through again. @internal */
export function replaySilent(execution: ContextHost): WorkflowLogger {
  const { logger } = execution.services;
  const write =
    (level: keyof WorkflowLogger): WorkflowLogger['info'] =>
    (message, fields) => {
      if (!execution.isReplaying) logger[level](message, { workflowId: execution.record.id, ...fields });
    };
  return { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
}
