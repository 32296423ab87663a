import { testDatabaseUrl } from '../../utils/postgres-fixture.js';
import { CrashBench } from './crash-bench.js';
import { Findings } from './invariants.js';
import { isThorough, sweep, type SweepRound } from './sweep.js';

/** What every run of a workflow must have brought about, however often its process died. */
export interface SweepExpectation {
  readonly outcome: object;
  /** Steps with an effect; a crash may repeat it. */
  readonly steps: readonly string[];
  /** Those among them whose effect is in the database, and never repeated. */
  readonly transactions?: readonly string[];
  readonly undone?: readonly string[];
  /** Steps of children, by the child's workflow. */
  readonly childSteps?: Readonly<Record<string, readonly string[]>>;
  /** Where it is killed in the ordinary run: at every third of these points. @default all durable ones */
  readonly points?: RegExp;
  /** At every so manyth of them instead. */
  readonly stride?: number;
  /** Whether no event is stored, and nothing told of steps: starts and ends then have shorter statements. */
  readonly isPlain?: boolean;
}

/** Kills a process at every third durable point of a workflow; when it is to be thorough, at every one, and its successor there as well. */
export function sweepCases(workflow: string, expected: SweepExpectation): void {
  const { isPlain = false } = expected;
  describe(`the workflow "${workflow}"${isPlain ? ', without an outbox' : ''}, its process killed at durable points`, () => {
    let bench: CrashBench;
    let rounds: SweepRound[];
    let findings: Findings;
    const kills = isThorough ? 2 : 1;

    beforeAll(
      async () => {
        bench = await CrashBench.create(testDatabaseUrl());
        const { points, stride } = expected;
        rounds = await sweep(bench, {
          workflow,
          thorough: isThorough,
          ...(points && { points }),
          ...(stride && { stride }),
          isPlain,
        });
        findings = await Findings.of(bench, !isPlain);
      },
      isThorough ? 900_000 : 180_000,
    );

    afterAll(() => bench.dispose());

    it('is killed where it was to be killed', () => {
      const missed = rounds.filter(({ wasKilled }) => !wasKilled).map(({ target }) => target);

      expect(rounds.length).toBeGreaterThan(3);
      // A point may exist in some interleavings only; these are few.
      expect(missed.length).toBeLessThan(rounds.length / 5);
    });

    it('ends as the undisturbed run does', () => {
      const wrong = rounds.filter(({ outcome }) => !matches(outcome, expected.outcome));

      expect(wrong).toEqual([]);
    });

    it('has every effect, and repeats none that no crash has cut off from its record', () => {
      const wrong = rounds.flatMap((round) => [
        ...miscounted(round, findings.effects(round.id), expected.steps, expected.transactions ?? []),
        ...miscounted(round, findings.effects(round.id, 'undo'), expected.undone ?? [], []),
        ...Object.entries(expected.childSteps ?? {}).flatMap(([child, steps]) =>
          miscounted(round, findings.effects(`${round.id}/${child}#0`), steps, []),
        ),
      ]);

      expect(wrong).toEqual([]);
    });

    it('commits every transactional step once', () => {
      const counts = rounds.flatMap(({ id }) =>
        (expected.transactions ?? []).map((step) => `${step}: ${findings.bookings.get(`${id}/${step}`) ?? 0}`),
      );

      expect(new Set(counts)).toEqual(new Set((expected.transactions ?? []).map((step) => `${step}: 1`)));
    });

    it('leaves nothing behind that breaks a rule', () => {
      expect(findings.violations()).toEqual([]);
    });

    function miscounted(
      { id, target, wasKilled }: SweepRound,
      counts: Record<string, number>,
      steps: readonly string[],
      transactions: readonly string[],
    ): string[] {
      const most = wasKilled ? 1 + kills : 1;
      const strange = Object.keys(counts).filter((step) => !steps.includes(step));
      const wrong = steps.filter((step) => {
        const count = counts[step] ?? 0;
        return count < 1 || count > most || (transactions.includes(step) && count > most);
      });
      return [...strange, ...wrong].map((step) => `${id} killed at ${target}: "${step}" ${counts[step] ?? 0} times`);
    }
  });
}

function matches(actual: unknown, expected: unknown): boolean {
  if (typeof expected !== 'object' || expected === null) return actual === expected;
  if (typeof actual !== 'object' || actual === null) return false;
  return Object.entries(expected).every(([key, value]) => matches((actual as Record<string, unknown>)[key], value));
}
