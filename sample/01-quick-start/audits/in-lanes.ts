/**
 * Works through items in a fixed number of lanes: bounded parallelism for workflow code. A lane takes the next item when its own
 * promise has resolved, and nothing else decides; so a replay, which resolves promises in the recorded order, hands every item to
 * the same lane at the same moment again.
 */
export async function inLanes<T>(lanes: number, items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = items.values();
  const lane = async (): Promise<void> => {
    for (const item of queue) await work(item);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}
