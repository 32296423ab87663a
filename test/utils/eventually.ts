/** Asks again and again until the answer is there: for what another process, or the far end of a connection, brings about. */
export async function eventually<T>(
  ask: () => T | Promise<T>,
  isThere: (answer: T) => boolean = Boolean,
  withinMs = 10_000,
): Promise<T> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const answer = await ask();
    if (isThere(answer)) return answer;
    if (Date.now() > deadline) throw new Error(`Still not there after ${withinMs} ms: ${JSON.stringify(answer)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
