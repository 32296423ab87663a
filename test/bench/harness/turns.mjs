/** Runs contenders one after the other in rounds whose order rotates, and answers what `measure` says of each turn of each. */
export async function takeTurns(contenders, { rounds, warmups = 2 }, measure) {
  const turns = contenders.map(() => []);
  for (let round = -warmups; round < rounds; round += 1) {
    for (let turn = 0; turn < contenders.length; turn += 1) {
      const index = (turn + round + warmups) % contenders.length;
      const figure = await measure(contenders[index]);
      // The first rounds only warm up.
      if (round >= 0) turns[index].push(figure);
    }
  }

  return turns;
}

/** Microseconds of the processor that a function takes, awaited. */
export async function cpuOf(run) {
  const before = process.cpuUsage();
  await run();
  const { user, system } = process.cpuUsage(before);

  return user + system;
}

/** How often a second a function can be called, over a while. */
export async function rateOf(run, { ms = 300, batch = 1 } = {}) {
  const startedAt = performance.now();
  const until = startedAt + ms;
  let count = 0;
  do {
    await run();
    count += batch;
  } while (performance.now() < until);

  return count / ((performance.now() - startedAt) / 1_000);
}
