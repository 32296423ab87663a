import { Execution, Lease } from '../../../lib/core/execution/index.js';
import { isTerminal, type InstanceRecord, type JournalEntry } from '../../../lib/core/records/index.js';
import type { UnitOwner } from '../../../lib/core/journal/index.js';
import type { FlushUnit } from '../../../lib/core/store/index.js';
import type { SimProcess } from '../engine/sim-process.js';
import type { World } from '../engine/world.js';
import { wasTerminated } from './stored.js';

/** The final journal, replayed against the code by an execution of its own: the same end, and no effect. */
export async function checkReplay(
  world: World,
  judge: SimProcess,
  record: InstanceRecord,
  journal: readonly JournalEntry[],
): Promise<void> {
  const process = judge;
  const { services } = process.engine;
  const definition = services.registry.get(record.name, record.version);
  // Only the build that it ended under can replay what was changed meanwhile.
  if (record.name === 'changing') return;
  if (definition === undefined || !isTerminal(record.status) || wasTerminated(record, journal)) return;
  const violationsBefore = world.watch.violations.length;
  let last: FlushUnit | undefined;
  const writer = {
    flush: (unit: FlushUnit, owner: UnitOwner) => {
      if (unit.transition !== undefined) last = unit;
      process.clock.macrotask(() => {
        owner.answer(unit, { kind: 'applied', wakes: record.wakes, cancelRequested: false });
      });
    },
  };
  const execution = new Execution(
    {
      ...services,
      writer: writer as unknown as typeof services.writer,
      options: { ...services.options, outbox: true },
    },
    definition,
    // Its time-out has passed by now, and did not when it ended.
    { ...record, deadlineAt: undefined },
    journal,
    new Lease(process.clock, record.fence, process.clock.monotonic(), 1_000_000_000),
    { promptAt: () => undefined },
  );
  let verdict: string | undefined;
  execution.run({
    onVerdict: ({ kind }) => {
      verdict = kind;
    },
    onFailure: (error) => {
      world.watch.violate('replay comes to the same end', String(error));
    },
  });
  await world.runUntil(() => verdict !== undefined, 10_000, 20_000);
  if (
    world.watch.violations.length > violationsBefore ||
    world.ledger.effects.some((effect) => effect.life === judge.life)
  ) {
    world.watch.violate('replay runs no effect', `"${record.id}"`);
    return;
  }
  const end = last?.transition;
  if (verdict !== 'ended' || end?.kind !== 'end') {
    world.watch.violate(
      'replay comes to the same end',
      `"${record.id}" is ${record.status}, replayed it is ${verdict}`,
    );
    return;
  }
  if (end.status !== record.status || end.output !== record.output)
    world.watch.violate(
      'replay comes to the same end',
      `"${record.id}" is ${record.status} ${record.output}, replayed it is ${end.status} ${end.output}`,
    );
}
