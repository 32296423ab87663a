import { setImmediate } from 'node:timers/promises';

/**
 * Runs contenders in short slices, all of them alive, in an order that is rotated each round: what the machine does meanwhile meets
 * all of them alike. Returns one list of slices per contender.
 */
export async function interleave(contenders, { rounds, sliceMs, warmUpMs = sliceMs * 2, loops, server }) {
  const slices = contenders.map(() => []);
  // Measured is what a process does that has run for a while: many at one time have the compiler done with it soonest.
  for (const contender of contenders) await slice(contender, { sliceMs: warmUpMs, loops: Math.max(loops, 32), server });
  for (const contender of contenders) await slice(contender, { sliceMs, loops, server });
  for (let round = 0; round < rounds; round += 1) {
    for (let turn = 0; turn < contenders.length; turn += 1) {
      const index = (turn + round) % contenders.length;
      slices[index].push(await slice(contenders[index], { sliceMs, loops, server }));
    }
  }

  return slices;
}

async function slice(contender, { sliceMs, loops, server }) {
  await contender.begin?.();
  await setImmediate();
  const before = await server.reading();
  const cpuBefore = process.cpuUsage();
  const latencies = [];
  const startedAt = performance.now();
  const until = startedAt + sliceMs;
  const loop = async () => {
    do {
      const begunAt = performance.now();
      await contender.runWorkflow();
      latencies.push(performance.now() - begunAt);
    } while (performance.now() < until);
  };
  await Promise.all(Array.from({ length: loops }, loop));
  const seconds = (performance.now() - startedAt) / 1_000;
  const cpu = process.cpuUsage(cpuBefore);
  await contender.settle?.();
  const after = await server.reading();
  await contender.end?.();
  const steps = latencies.length * contender.steps;

  return {
    stepsPerSecond: steps / seconds,
    workflowsPerSecond: latencies.length / seconds,
    latencies,
    perStep: {
      statements: (after.statements - before.statements) / steps,
      commits: (after.commits - before.commits) / steps,
      hints: (after.hints - before.hints) / steps,
      walBytes: (after.walBytes - before.walBytes) / steps,
      cpuUs: (cpu.user + cpu.system) / steps,
    },
  };
}
