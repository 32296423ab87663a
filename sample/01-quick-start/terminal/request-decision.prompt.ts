import { DecisionPrompt, type Question } from './decision-prompt.js';

/** Without a terminal: says which request decides. */
export class RequestDecisionPrompt extends DecisionPrompt {
  async ask({ auditId, url }: Question): Promise<undefined> {
    console.log(
      [
        'Decide with "allow" or "deny":',
        `  curl -X POST ${url}/audits/${auditId}/decision -H 'content-type: application/json' -d '{"verdict":"allow","by":"me"}'`,
      ].join('\n'),
    );
  }
}
