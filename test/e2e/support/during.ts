/** What callers see while something changes. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Dispatcher } from 'undici';

/**
 * Asks again and again until the work is done.
 *
 * @param ask for the nth time
 * @returns how many answers had which status; a request that failed counts by its message
 */
export async function statusesDuring(
  work: Promise<unknown>,
  ask: (turn: number) => Promise<Dispatcher.ResponseData>,
): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  let busy = true;
  const done = work.finally(() => {
    busy = false;
  });
  for (let turn = 0; busy; turn += 1) {
    const answer = await ask(turn)
      .then(async ({ statusCode, body }) => {
        await body.dump();
        return String(statusCode);
      })
      .catch((error: Error) => error.message);
    counts[answer] = (counts[answer] ?? 0) + 1;
    await delay(20);
  }
  await done;
  return counts;
}
