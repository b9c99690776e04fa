/**
 * Whether this process stood still: stopped by a signal, asleep with its machine, or without a processor. On waking all
 * timers fire at once, before any answer that has come meanwhile is read; a check that is cut off so says nothing of whom
 * it asked.
 */
import { performance } from 'node:perf_hooks';

/** Timers of a process that runs are late by milliseconds. */
const LATE_MS = 250;

/**
 * Notes the time when something begins that a timer of ours bounds.
 *
 * @returns whether more time has passed than the bound lets pass in a process that runs
 */
export function noteStart(boundSeconds: number): () => boolean {
  const startedMs = performance.now();
  return () => performance.now() - startedMs > boundSeconds * 1000 + LATE_MS;
}
