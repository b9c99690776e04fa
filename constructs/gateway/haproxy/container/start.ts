/** How long a gateway takes to come. How long it takes to leave: `drain.ts`. */

/** Time that a gateway waits for the first keys of its issuers; then it starts without. */
export const keysWaitSeconds = 10;
/** Time in which a new gateway learns addresses and counts, before it says that it is healthy. */
export const warmUpSeconds = 4;
/** A check of the largest configuration, on a quarter of a processor. */
const checkSeconds = 2;
/** The start is written down in whole seconds. */
const roundingSeconds = 1;

/**
 * Longest start: the check and the warm-up, 2 + 4 + 1 = 7 s; with keys to wait for, and a second check without them
 * when the first one fails, 10 + 2 × 2 + 4 + 1 = 19 s.
 */
export const startSeconds = (waitsForKeys: boolean): number =>
  (waitsForKeys ? keysWaitSeconds + checkSeconds : 0) + checkSeconds + warmUpSeconds + roundingSeconds;
