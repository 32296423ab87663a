import { HOOK } from '../core/execution/index.js';
import { decodeName, isDelivered, type JournalEntry } from '../core/records/index.js';
import type { PipelineStep } from './steps/pipeline-step.js';

/** As much of an entry as tells what it is about, and how that ended. */
type Recorded = Pick<JournalEntry, 'name' | 'kind' | 'status'>;

/** What an entry of a pipeline's journal is about. */
interface RecordedCall {
  readonly path: string;
  /** What was asked beside the step's own work: `shouldSkip`, `condition`, `input`, `onError`, `cleanup`. */
  readonly asked: string | undefined;
}

/**
 * The steps of a pipeline that its journal tells of, as their places in the pipeline, in the order in which they were begun. A step that
 * calls nothing leaves no trace: where one that depends on it was begun, it was.
 *
 * @param steps The pipeline's own.
 * @internal
 */
export function recordedSteps(
  steps: readonly Pick<PipelineStep, 'name' | 'dependencies'>[],
  entries: readonly JournalEntry[],
): number[] {
  const places = new Map(steps.map(({ name }, place) => [name, place]));
  const recorded = new Set<number>();
  const add = (name: string): void => {
    const place = places.get(name) as number;
    if (recorded.has(place)) return;
    for (const dependency of steps[place]?.dependencies ?? []) add(dependency);
    recorded.add(place);
  };
  for (const { name, kind } of entries) {
    const { path } = callOf(kind === 'retry' ? name.replace(/#\d+$/, '') : name);
    const own = [path, ...ancestorsOf(path)].find((each) => places.has(each));
    if (own !== undefined) add(own);
  }
  return [...recorded];
}

/**
 * Which entries stand when a failed pipeline goes on: whatever succeeded, also behind a failure, because no step is run for the sake of
 * another's failure. What was asked because of it is asked again.
 *
 * @internal
 */
export function keptOnRetry(entries: readonly Recorded[]): (entry: Recorded) => boolean | undefined {
  const recovered = new Set(
    entries.flatMap(({ name, status }) => {
      const { path, asked } = callOf(name);
      return asked === 'onError' && status === 'completed' ? [path] : [];
    }),
  );
  const failed = new Set<string>();
  for (const entry of entries) {
    const { path, asked } = callOf(entry.name);
    if (!isCall(entry) || entry.status === 'completed' || asked === 'cleanup') continue;
    const around = [path, ...ancestorsOf(path)];
    if (!around.some((each) => recovered.has(each))) for (const each of around) failed.add(each);
  }
  return (entry) => {
    if (!isCall(entry)) return undefined;
    const { path, asked } = callOf(entry.name);
    if (!failed.has(path)) return true;
    return entry.status === 'completed' && asked !== 'cleanup' && asked !== 'onError';
  };
}

/** Whether the pipeline itself has made it: a child is closed by the engine. */
function isCall({ name, kind }: Recorded): boolean {
  return isDelivered(kind) && !name.startsWith('$closed:');
}

/**
 * What an entry is about, by its name.
 *
 * @param decode Left out for the key in the journal; a view shows the name decoded already.
 * @internal
 */
export function callOf(name: string, decode = decodeName): RecordedCall {
  const called = decode(name.replace(/^(\$(?!hook:)[a-z]+:)+/, ''));
  if (!called.startsWith(HOOK)) return { path: called, asked: undefined };
  const at = called.lastIndexOf(':');
  return { path: called.slice(HOOK.length, at), asked: called.slice(at + 1) };
}

/** The steps that a step stands in, from within. @internal */
export function ancestorsOf(path: string): string[] {
  const ancestors: string[] = [];
  for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1)) ancestors.push(path.slice(0, at));
  return ancestors;
}
