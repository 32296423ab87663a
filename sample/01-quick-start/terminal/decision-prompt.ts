import type { AuditDecision } from '../audits/audit-decision.js';

/** The question to a person. */
export interface Question {
  readonly auditId: string;
  /** Where the sample listens. */
  readonly url: string;
  /** Aborted when the decision has come another way. */
  readonly signal: AbortSignal;
}

/** Asks for the decision where the sample runs. */
export abstract class DecisionPrompt {
  /** `undefined` when the decision has to come another way. */
  abstract ask(question: Question): Promise<Pick<AuditDecision, 'verdict' | 'by'> | undefined>;
}
