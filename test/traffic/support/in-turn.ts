/** Calls to both members, of which each has heard of the one before. */
import { setTimeout } from 'node:timers/promises';
import type { Call } from './client';
import type { Pair } from './pair';

/** Members hear of each other's counts within milliseconds; a busy machine takes longer. */
export const apartMs = 100;

/** Calls the members in turn, one after the other. @returns the statuses */
export async function inTurn(pair: Pair, count: number, path: string, options: Call = {}): Promise<number[]> {
  const statuses: number[] = [];
  for (let number = 0; number < count; number++) {
    statuses.push((await pair.call(number % 2, path, options)).status);
    await setTimeout(apartMs);
  }
  return statuses;
}
