import { describeValue } from '../core/errors/index.js';
import { isThenable } from '../core/options/index.js';
import { HumanInputRequiredError } from './errors/human-input-required.error.js';
import { NodeExecutionError } from './errors/node-execution.error.js';
import type { GraphUpdate } from './workflow-state.js';

/** Takes what a node answered for what it adds to the state. @throws NodeExecutionError when it is no plain object @internal */
export function asUpdate(node: string, answer: unknown): GraphUpdate | Promise<GraphUpdate> {
  if (isThenable(answer)) return Promise.resolve(answer).then((value) => checkUpdate(node, value));
  return checkUpdate(node, answer);
}

/** @throws NodeExecutionError @internal */
export function checkUpdate(node: string, answer: unknown): GraphUpdate {
  if (typeof answer === 'object' && answer !== null) {
    const prototype: unknown = Object.getPrototypeOf(answer);
    if (prototype === Object.prototype || prototype === null) return answer as GraphUpdate;
    if (Object.prototype.toString.call(answer) === '[object Object]') return answer as GraphUpdate;
  }
  throw new NodeExecutionError(
    `The node "${node}" answered ${nameOf(answer)}. A node answers a plain object with what it adds to the state: an empty one when that is nothing.`,
    { node },
  );
}

/** A map, a date and their like are objects as well, and no updates. */
function nameOf(answer: unknown): string {
  if (typeof answer !== 'object' || answer === null || Array.isArray(answer)) return describeValue(answer);
  return `a ${Object.prototype.toString.call(answer).slice('[object '.length, -1)}`;
}

/** What stands in a journal where a node asked a person instead of answering; the engine's, as its key begins with `_`. */
interface Question {
  readonly _question: string;
}

/** The prompt, where a visit came to a question. @internal */
export function questionIn(answer: unknown): string | undefined {
  return (answer as Partial<Question> | null | undefined)?._question;
}

/** Makes an answer of the {@link HumanInputRequiredError} that a node throws: to ask is no failure. @internal */
export function orQuestion(answer: () => GraphUpdate | Promise<GraphUpdate>): unknown {
  try {
    const given = answer();
    return isThenable(given) ? given.then(noQuestion, asQuestion) : noQuestion(given);
  } catch (error) {
    return asQuestion(error);
  }
}

/** What a node adds is no question, whatever its keys: those of the engine are passed over. */
function noQuestion(update: GraphUpdate): GraphUpdate {
  if (questionIn(update) === undefined) return update;
  return Object.fromEntries(Object.entries(update).filter(([key]) => key !== '_question'));
}

function asQuestion(error: unknown): Question {
  if (error instanceof HumanInputRequiredError) return { _question: error.prompt };
  throw error;
}
