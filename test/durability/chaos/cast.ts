import { scopedSignalId } from '../../../lib/client/signal-id.js';
import type { RandomSource } from '../../../lib/core/records/index.js';
import type { WorkerProcess } from '../utils/worker-process.js';
import type { Tally } from './tally.js';

/** A kind of instance: what it is given, what is sent to it, and how it may end. */
interface Role {
  readonly ends: readonly string[];
  readonly letters?: number;
}

const COMPLETES: Role = { ends: ['completed'] };

export const ROLES = {
  chain: COMPLETES,
  diamond: COMPLETES,
  fan: COMPLETES,
  human: { ends: ['completed'], letters: 1 },
  saga: { ends: ['failed'] },
  trip: COMPLETES,
  delays: COMPLETES,
  family: COMPLETES,
  booking: COMPLETES,
  letters: { ends: ['completed'], letters: 10 },
  cron: COMPLETES,
  generations: { ends: ['completed'], letters: 3 },
  flaky: COMPLETES,
  limited: COMPLETES,
  lengthy: COMPLETES,
  rolling: { ends: ['completed'], letters: 1 },
  poison: { ends: ['quarantined'] },
} as const satisfies Record<string, Role>;

export type Kind = keyof typeof ROLES;

/** All of the ordinary ones. */
export const KINDS = Object.keys(ROLES).filter((kind) => kind !== 'poison' && kind !== 'rolling') as Kind[];

/** What the outside asks of the engine, again and again until it is answered; what was answered is what must have happened. */
export class Cast {
  /** What was started, and accepted. */
  readonly accepted: Map<string, Kind>;
  /** What was asked to stop: it has been heard, or it may have been. */
  readonly stopped: Map<string, 'surely' | 'perhaps'>;
  /** The mailbox of each signal that was accepted. */
  readonly posted: Map<string, string>;
  private count = 0;

  constructor(
    private readonly client: () => WorkerProcess,
    private readonly chance: RandomSource,
    private readonly tally: Tally,
    private readonly report: (rule: string, what: string) => Promise<void>,
    /** Another one whose accounts are kept together with this one's. */
    shared?: Pick<Cast, 'accepted' | 'posted' | 'stopped'>,
  ) {
    this.accepted = shared?.accepted ?? new Map<string, Kind>();
    this.stopped = shared?.stopped ?? new Map<string, 'surely' | 'perhaps'>();
    this.posted = shared?.posted ?? new Map<string, string>();
  }

  /** An id that was not there before in this round. */
  newId(kind: Kind): string {
    return `${kind}-${(this.count += 1)}`;
  }

  /** Starts an instance and sends what it waits for, in pieces of `withinMs`. */
  async play(kind: Kind, id: string, input: object = {}, withinMs = 1_500): Promise<void> {
    const role: Role = ROLES[kind];
    await this.start(kind, id, input);
    const letters = (input as { letters?: number }).letters ?? role.letters ?? 0;
    const sending = Array.from({ length: letters }, async (_, index) => {
      await pause(this.chance.random() * withinMs);
      await this.send(id, `letter ${index + 1}`, index + 1);
      // Somebody who was not answered sends again, and it is the same letter.
      if (this.chance.random() < 0.15) await this.send(id, `letter ${index + 1}`, index + 1);
    });
    await Promise.all(sending);
  }

  async start(kind: Kind, id: string, input: object): Promise<void> {
    await this.insist('start', { workflow: kind, id, input });
    this.accepted.set(id, kind);
    if (this.chance.random() < 0.1) await this.startAgain(kind, id, input);
  }

  /** Starts an instance under an id that the engine chooses, and answers the id. */
  async startNew(kind: Kind, input: object): Promise<string> {
    const { id } = (await this.insist('start', { workflow: kind, input })) as { id: string };
    this.accepted.set(id, kind);
    return id;
  }

  async send(id: string, letter: string, payload: unknown): Promise<void> {
    const signal = { id, name: 'letter', payload, options: { id: letter } };
    // One that has ended takes no letters.
    const answer = await this.insist('signal', signal, ['WORKFLOW_STATE']);
    if (answer !== 'refused') this.posted.set(scopedSignalId(letter, { workflowId: id, name: 'letter' }), id);
  }

  /** An accepted cancel is kept: what would have completed is cancelled. One that is refused may have been heard before. */
  async cancel(id: string): Promise<void> {
    const answer = await this.insist('cancel', { id }, ['WORKFLOW_NOT_FOUND']);
    if (answer === 'refused') {
      this.tally.fault('cancel before the start');
      return;
    }
    const { accepted } = answer as { accepted: boolean };
    this.tally.fault(accepted ? 'cancel accepted' : 'cancel after the end');
    this.stopped.set(id, accepted ? 'surely' : 'perhaps');
  }

  /** How an instance may end, after all that was asked. */
  endsOf(id: string): readonly string[] {
    const kind = this.accepted.get(id);
    const ends: readonly string[] = kind === undefined ? [] : ROLES[kind].ends;
    const stop = this.stopped.get(id);
    if (stop === undefined) return ends;
    return ['cancelled', ...ends.filter((end) => stop === 'perhaps' || end !== 'completed')];
  }

  private async startAgain(kind: Kind, id: string, input: object): Promise<void> {
    const again = (await this.insist('start', { workflow: kind, id, input })) as { created: boolean };
    if (again.created) await this.report('I13', `"${id}" was created twice`);
    const other = { ...input, isAnother: true };
    const answer = await this.insist('start', { workflow: kind, id, input: other }, ['WORKFLOW_ID_CONFLICT']);
    if (answer !== 'refused') await this.report('I13', `"${id}" was started with another input, and nobody objected`);
    this.tally.fault('start again');
  }

  private async insist(command: string, argument: object, refusals: readonly string[] = []): Promise<unknown> {
    for (;;) {
      try {
        return await this.client().ask(command, argument);
      } catch (error) {
        const { code } = error as { code?: string };
        if (code !== undefined && refusals.includes(code)) return 'refused';
        // Not answered, for whatever reason that lies in the connection or in the client's own end.
        if (code !== 'WORKFLOW_STORE' && code !== 'GONE') throw error;
        await pause(20 + this.chance.random() * 80);
      }
    }
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
