import { durableMachines, ownMachines, pendulum, xstateContenders } from '../contenders/machines.mjs';
import { createRawTables, rawTransitions } from '../contenders/raw.mjs';
import { median, show, showSpread, spread } from '../harness/figures.mjs';
import { startServer } from '../harness/server.mjs';
import { interleave } from '../harness/slices.mjs';
import { rateOf, takeTurns } from '../harness/turns.mjs';

/** So many transitions between two looks at the time. */
const BATCH = 200;
const LOOPS = [1, 32];

/** Transitions of a machine that goes to and fro, beside XState's own; and how many commits a durable one costs. */
export default async function machines(context) {
  await context.piece('machines in memory', () => inMemory(context));
  for (const loops of LOOPS) await context.piece(`machines durable ×${loops}`, () => durable(context, loops));
}

async function inMemory({ libraries, rounds, sliceMs, print, report, record }) {
  const machine = await pendulum();
  const own = [];
  for (const { name, folder } of libraries) own.push(await ownMachines(folder, machine, name));
  const contenders = [...(await xstateContenders(machine)), ...own.flatMap((one) => one.contenders)];
  const turns = await takeTurns(contenders, { rounds }, ({ run, isAsync }) =>
    rateOf(isAsync ? () => many(run) : () => manyAtOnce(run), { ms: sliceMs, batch: BATCH }),
  );
  const [pure, actor] = [0, 1].map((index) => turns[index]);
  const over = (index, others) => spread(turns[index].map((rate, round) => rate / others[round]));
  print('\n| in memory | transitions/s | × transition() | × actor.send() |\n|---|--:|--:|--:|');
  for (const [index, { name }] of contenders.entries()) {
    const figure = spread(turns[index]);
    const [toPure, toActor] = [over(index, pure), over(index, actor)];
    record({ row: 'machines', contender: name, figure, toPure, toActor });
    print(`| ${name} | ${showSpread(figure)} | ${showSpread(toPure)} | ${showSpread(toActor)} |`);
    const line = { row: 'machines', what: 'in memory', contender: name, figure, unit: 'transitions/s' };
    const bars = [
      ...(/: (decided|memory store)$/.test(name)
        ? [{ ratio: toPure, over: 'transition()', bar: { of: 'ratio', atLeast: 0.9 } }]
        : []),
      ...(/: (actor|memory store)$/.test(name)
        ? [{ ratio: toActor, over: 'actor.send()', bar: { of: 'ratio', atLeast: 0.7 } }]
        : []),
    ];
    for (const own of bars.length > 0 ? bars : [{}]) report({ ...line, ...own });
  }
  for (const one of own) await one.close();
}

async function many(run) {
  for (let turn = 0; turn < BATCH; turn += 1) await run();
}

function manyAtOnce(run) {
  for (let turn = 0; turn < BATCH; turn += 1) run();
}

async function durable({ libraries, rounds, sliceMs, warmUpMs, settings, print, report, record }, loops) {
  const server = await startServer(settings);
  const machine = await pendulum();
  await createRawTables(server);
  const contenders = [rawTransitions(server.url)];
  try {
    for (const { name, folder } of libraries) contenders.push(await durableMachines(folder, server, machine, name));
    const slices = await interleave(contenders, { rounds, sliceMs, warmUpMs, loops, server });
    print(`\n| durable × ${loops} | transitions/s | × one INSERT | stmts, commits, WAL B, CPU µs |\n|---|--:|--:|--:|`);
    for (const [index, { name }] of contenders.entries()) {
      const rate = spread(slices[index].map((one) => one.stepsPerSecond));
      const ratio = spread(slices[index].map((one, round) => one.stepsPerSecond / slices[0][round].stepsPerSecond));
      const [statements, commits, hints, walBytes, cpuUs] = ['statements', 'commits', 'hints', 'walBytes', 'cpuUs'].map(
        (figure) => median(slices[index].map((one) => one.perStep[figure])),
      );
      record({
        row: 'machines',
        durable: loops,
        contender: name,
        rate,
        ratio,
        statements,
        commits,
        hints,
        walBytes,
        cpuUs,
      });
      print(
        `| ${name} | ${showSpread(rate)} | ${showSpread(ratio)} | ${[statements, commits, walBytes, cpuUs].map(show).join(', ')} |`,
      );
      const line = { row: 'machines', what: `durable × ${loops}`, contender: name };
      report({ ...line, figure: rate, unit: 'transitions/s', ratio, over: 'one INSERT for each' });
      if (name === 'engine')
        report({
          ...line,
          figure: commits - hints,
          unit: 'commits each, without hints',
          bar: { of: 'figure', atMost: 1.02 },
        });
    }
  } finally {
    for (const contender of contenders) await contender.close?.();
    await server.stop();
  }
}
