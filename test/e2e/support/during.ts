/** What callers see while something changes. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Dispatcher } from 'undici';

/**
 * Asks again and again until the work is done.
 *
 * @param ask for the nth time
 * @returns how often there was which answer; a request that failed counts by its message
 */
export async function answersDuring(
  work: Promise<unknown>,
  ask: (turn: number) => Promise<string>,
  pauseMs = 20,
): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  let busy = true;
  const done = work.finally(() => {
    busy = false;
  });
  for (let turn = 0; busy; turn += 1) {
    const answer = await ask(turn).catch((error: Error) => error.message);
    counts[answer] = (counts[answer] ?? 0) + 1;
    await delay(pauseMs);
  }
  await done;
  return counts;
}

/** The same, counted by status. */
export const statusesDuring = (
  work: Promise<unknown>,
  ask: (turn: number) => Promise<Dispatcher.ResponseData>,
) =>
  answersDuring(work, async (turn) => {
    const { statusCode, body } = await ask(turn);
    await body.dump();
    return String(statusCode);
  });
