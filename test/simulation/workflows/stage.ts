import type {
  CompensationContext,
  StepContext,
  StepOptions,
  TransactionOptions,
  WorkflowContext,
  WorkflowDefinition,
} from '../../../lib/core/definition/index.js';
import type { Effect } from '../engine/ledger.js';
import type { SimProcess } from '../engine/sim-process.js';

/** How a step of a reference workflow behaves. */
export interface Behaviour {
  /** Attempts up to this number fail. */
  readonly failures?: number;
  /** Takes exactly so long. */
  readonly takesMs?: number;
  /** Goes on although it is told to stop. */
  readonly isDeaf?: boolean;
  /** What it answers; by default a text that no other run of any step answers. */
  readonly answer?: (effect: Effect) => string;
  /** Done instead of answering. */
  readonly instead?: (process: SimProcess) => unknown;
}

/** Where a workflow's code plays: one execution of it in one process. Notes every effect, and what was known when it was asked for. */
export class Stage {
  private readonly past = new Map<string, string>();

  constructor(
    readonly process: SimProcess,
    readonly ctx: WorkflowContext,
  ) {}

  async step(name: string, behaviour: Behaviour = {}, options: StepOptions<string> = {}): Promise<string> {
    const past = new Map(this.past);
    const value = await this.ctx.step<string>(
      name,
      (step) => {
        if (options.atMostOnce === true) this.process.world.atMostOnce.add(step.idempotencyKey);
        return play(this.process, this.ctx.generation, step, 'step', behaviour, past);
      },
      options,
    );
    this.past.set(name, JSON.stringify(value));
    return value;
  }

  async transaction(
    name: string,
    behaviour: Behaviour = {},
    options: TransactionOptions<string> = {},
  ): Promise<string> {
    const past = new Map(this.past);
    const value = await this.ctx.transaction<string>(
      name,
      async (manager, step) => {
        const answer = await play(this.process, this.ctx.generation, step, 'transaction', behaviour, past);
        (manager as { onCommit(callback: () => void): void }).onCommit(() => {
          this.process.world.ledger.commit(step.idempotencyKey);
        });
        return answer;
      },
      options,
    );
    this.past.set(name, JSON.stringify(value));
    return value;
  }

  /** A step with an undo. */
  reversible(
    name: string,
    behaviour: Behaviour = {},
    undo: Behaviour = {},
    more: StepOptions<string> = {},
  ): Promise<string> {
    this.process.world.reversible.add(`${this.ctx.workflowId} ${name}`);
    return this.step(name, behaviour, { ...more, compensate: this.undo(undo) });
  }

  /** The undo of a child, by the name under which it was started. */
  undoOf(child: string): (result: unknown, context: CompensationContext) => Promise<string> {
    this.process.world.reversible.add(`${this.ctx.workflowId} ${child}`);
    return this.undo();
  }

  undo(behaviour: Behaviour = {}): (result: unknown, context: CompensationContext) => Promise<string> {
    return (_result, context) => play(this.process, this.ctx.generation, context, 'undo', behaviour, new Map());
  }
}

/** One try of a body or of an undo, as the outside world sees it. */
export async function play(
  process: SimProcess,
  generation: number,
  step: StepContext,
  kind: Effect['kind'],
  behaviour: Behaviour,
  past: ReadonlyMap<string, string>,
): Promise<string> {
  const { world } = process;
  const effect = world.watch.begin(process, {
    kind,
    workflowId: step.workflowId,
    generation,
    step: step.step,
    key: step.idempotencyKey,
    attempt: step.attempt,
  });
  if (effect === undefined) return new Promise(() => undefined);
  world.watch.effects.checkPast(effect, past);
  if (behaviour.instead !== undefined) await behaviour.instead(process);
  await pause(process, behaviour.takesMs ?? someTime(process), behaviour.isDeaf === true ? undefined : step.signal);
  if (!process.isAlive) return new Promise(() => undefined);
  if (step.attempt <= (behaviour.failures ?? 0)) throw new Error(`attempt ${step.attempt} of "${step.step}" fails`);
  const value = behaviour.answer?.(effect) ?? `${step.step}=${effect.order}`;
  world.ledger.end(effect, value);
  return value;
}

function someTime(process: SimProcess): number {
  const { random } = process.world;
  const drawn = random.next();
  if (drawn < 0.35) return -1;
  if (drawn < 0.75) return random.int(0, 20);
  if (drawn < 0.92) return random.int(100, 2_000);
  return random.int(2_000, 14_000);
}

function pause(process: SimProcess, ms: number, signal: AbortSignal | undefined): Promise<void> {
  if (ms < 0) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const timer = process.clock.schedule(ms, resolve);
    signal?.addEventListener(
      'abort',
      () => {
        timer.cancel();
        reject(signal.reason as Error);
      },
      { once: true },
    );
  });
}

/** A workflow's code on its stage. */
export type Play<I> = (stage: Stage, input: I) => unknown;

/** Makes the definition that a process registers. */
export function staged<I>(
  name: string,
  play: Play<I>,
  more: Partial<WorkflowDefinition> = {},
): (process: SimProcess) => WorkflowDefinition {
  return (process) => ({
    name,
    version: 1,
    model: 'workflow',
    run: ((ctx: WorkflowContext, input: I) => play(new Stage(process, ctx), input)) as WorkflowDefinition['run'],
    ...more,
  });
}
