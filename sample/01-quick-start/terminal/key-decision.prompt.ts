import { once } from 'node:events';
import { userInfo } from 'node:os';
import { emitKeypressEvents, type Key } from 'node:readline';
import type { AuditDecision } from '../audits/audit-decision.js';
import { DecisionPrompt, type Question } from './decision-prompt.js';

/** On a terminal: one key decides. */
export class KeyDecisionPrompt extends DecisionPrompt {
  async ask({ auditId, url, signal }: Question): Promise<Pick<AuditDecision, 'verdict' | 'by'> | undefined> {
    console.log(`Press "a" to allow or "d" to deny (or POST ${url}/audits/${auditId}/decision).`);
    const keys = process.stdin;
    emitKeypressEvents(keys);
    keys.setRawMode(true);
    keys.resume();
    try {
      for (;;) {
        const [, key] = (await once(keys, 'keypress', { signal })) as [string | undefined, Key];
        if (key.name === 'a') return { verdict: 'allow', by: userInfo().username };
        if (key.name === 'd') return { verdict: 'deny', by: userInfo().username };
        // A raw terminal hands over Ctrl+C as a key.
        if (key.ctrl && key.name === 'c') process.kill(process.pid, 'SIGINT');
      }
    } catch (error) {
      if (signal.aborted) return undefined;
      throw error;
    } finally {
      keys.setRawMode(false);
      keys.pause();
    }
  }
}
