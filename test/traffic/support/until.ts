import { setTimeout } from 'node:timers/promises';

/** Asks until the answer is yes; fails with the name of the condition when that takes too long. */
export async function until(
  condition: string,
  holds: () => boolean | Promise<boolean>,
  { withinSeconds = 15, everyMs = 25 } = {},
): Promise<void> {
  const end = performance.now() + withinSeconds * 1000;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`Not within ${withinSeconds} s: ${condition}`);
    await setTimeout(everyMs);
  }
}
