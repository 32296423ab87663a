import { encodeName } from '../../../lib/core/records/index.js';
import type { Driver } from '../engine/driver.js';
import { SimProcess } from '../engine/sim-process.js';
import type { World } from '../engine/world.js';
import type { ReferenceWorkflow } from '../workflows/reference-workflow.js';
import { checkReplay } from './replay-rule.js';
import { checkSignals } from './signal-rules.js';
import { checkUndo } from './undo-rules.js';

/** What must hold when everything has ended. */
export async function judge(
  world: World,
  driver: Driver,
  cast: ReadonlyMap<string, { readonly workflow: ReferenceWorkflow; readonly input: unknown }>,
): Promise<void> {
  const { watch } = world;
  const replayer = new SimProcess(world, { ...(world.processes[0] as SimProcess).options, workerId: 'replayer' });
  for (const workflowId of driver.accepted.keys())
    if (watch.record(workflowId) === undefined && !watch.rows.isDeleted(workflowId))
      watch.violate('accepted runs exist', workflowId);
  for (const row of world.database.database.instances.all()) {
    if (watch.rows.isDeleted(row.id)) continue;
    const record = row.toRecord();
    const journal = row.journal.read();
    const role = cast.get(row.id);
    if (role !== undefined) {
      const statuses = [...(role.workflow.statuses ?? ['completed'])];
      const isReopened = watch.rows.reopened.has(row.id);
      if (driver.askedToStop.has(row.id)) statuses.push('cancelled', 'failed');
      if (driver.cancelled.has(row.id) && !isReopened && record.status === 'completed')
        watch.violate('an accepted cancel is kept', `"${row.id}" has completed`);
      if (!statuses.includes(record.status))
        watch.violate(
          'runs end as they should',
          `"${row.id}" is ${record.status}: ${record.error?.slice(0, 300) ?? ''}`,
        );
      else if (record.status === 'completed')
        for (const wrong of role.workflow.verify?.({ world, record, journal, input: role.input }) ?? [])
          watch.violate('results are right', `"${row.id}": ${wrong}`);
    }
    if (record.mismatchedBuilds.length > 0 && record.name !== 'changing')
      watch.violate(
        'unchanged code matches its journal',
        `"${row.id}" did not match ${record.mismatchedBuilds.join()}`,
      );
    if (record.workerId !== undefined || row.holdsSlots) watch.violate('what has ended holds nothing', row.id);
    checkEffects(world, row.id);
    checkUndo(world, record, journal);
    await checkReplay(world, replayer, record, journal);
  }
  checkSignals(world, driver);
  checkAnswers(world, driver);
  watch.events.finish();
}

/** Whoever waited for a result was told what the store holds. */
function checkAnswers(world: World, driver: Driver): void {
  const { watch } = world;
  for (const [workflowId, answer] of driver.answers) {
    const record = watch.record(workflowId);
    // What it was told may have been true before somebody had it go on, or deleted it, and a late start created it anew.
    if (record === undefined || watch.rows.reopened.has(workflowId) || watch.rows.isDeleted(workflowId)) continue;
    const isRight =
      'error' in answer
        ? record.status !== 'completed'
        : JSON.stringify(answer.value ?? null) === (record.output ?? 'null');
    if (!isRight)
      watch.violate(
        'results are told as they are',
        `"${workflowId}" is ${record.status}, told was ${JSON.stringify(answer)}`,
      );
  }
}

/** Recorded results are those of effects that happened; transactions happened once. */
function checkEffects(world: World, workflowId: string): void {
  const { watch, ledger } = world;
  const row = world.database.database.instances.get(workflowId);
  for (let generation = 1; generation <= (row?.generation ?? 0); generation++) {
    for (const entry of row?.journalOf(generation)?.read() ?? []) {
      if (entry.kind !== 'step') continue;
      const effects = ledger
        .of(workflowId)
        .filter(
          (effect) =>
            effect.kind !== 'undo' && encodeName(effect.step) === entry.name && effect.generation === generation,
        );
      const keys = new Set(effects.map((effect) => effect.key));
      if (keys.size > 1) watch.violate('one step has one key', `"${entry.name}" of "${workflowId}"`);
      const isTransaction = effects.some((effect) => effect.kind === 'transaction');
      const commits = ledger.committed.get([...keys][0] ?? '') ?? 0;
      const expected = entry.status === 'completed' ? 1 : 0;
      if (isTransaction && commits !== expected)
        watch.violate(
          'transactional effects happen exactly once',
          `"${entry.name}" of "${workflowId}" (${entry.status}) committed ${commits} times`,
        );
      if (entry.status === 'completed' && !effects.some((effect) => JSON.stringify(effect.value) === entry.value))
        if (!effects.some((effect) => effect.value !== undefined))
          watch.violate('recorded results happened', `"${entry.name}" of "${workflowId}"`);
    }
  }
}
