import { on } from 'node:events';
import { emitKeypressEvents, type Key } from 'node:readline';
import type { AuditDecision } from '../audits/audit-decision.js';
import { DecisionPrompt, type Question } from './decision-prompt.js';

/** On a terminal: one key decides. */
export class KeyDecisionPrompt extends DecisionPrompt {
  async ask({ auditId, url, signal }: Question): Promise<Pick<AuditDecision, 'verdict' | 'by'> | undefined> {
    console.log(`Press "a" to allow or "d" to deny (or POST ${url}/audits/${auditId}/decision).`);
    const person = process.env['USER'] ?? 'the terminal';
    const keys = process.stdin;
    emitKeypressEvents(keys);
    keys.setRawMode(true);
    keys.resume();
    try {
      for await (const [, key] of on(keys, 'keypress', { signal }) as AsyncIterable<[string | undefined, Key]>) {
        if (key.name === 'a') return { verdict: 'allow', by: person };
        if (key.name === 'd') return { verdict: 'deny', by: person };
        // A raw terminal hands over Ctrl+C as a key.
        if (key.ctrl && key.name === 'c') process.kill(process.pid, 'SIGINT');
      }

      return undefined;
    } catch (error) {
      if (signal.aborted) return undefined;
      throw error;
    } finally {
      keys.setRawMode(false);
      keys.pause();
    }
  }
}
