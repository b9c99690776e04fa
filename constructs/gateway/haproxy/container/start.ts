/** How long a gateway takes to come. How long it takes to leave: `drain.ts`. */

/**
 * Time that a gateway waits for the first keys of its issuers, when no other gateway has them; then it starts without.
 * See `key-helper/start.ts`.
 */
export const keysWaitSeconds = 10;
/** One more try: an issuer and another gateway that do not answer are waited for for 5 and 4 s. */
const keysStepSeconds = 9;
/** Time in which a new gateway learns counts, before it says that it is healthy. */
export const warmUpSeconds = 4;
/** Longest time that a gateway waits for a pool without an instance, while names are answered. */
export const namesWaitSeconds = 10;
/** Two tries of half a second, and the question whether names are answered. */
const namesStepSeconds = 2;
/** A check of the largest configuration, on a quarter of a processor. */
const checkSeconds = 2;
/** The start is written down in whole seconds. */
const roundingSeconds = 1;

/**
 * Longest start while names are answered: the check and what then takes longer, the warm-up or a pool without an
 * instance, 2 + 10 + 2 + 1 = 15 s; with keys to wait for, and a second check without them when the first one fails,
 * 10 + 9 + 2 + 15 = 36 s.
 */
export const startSeconds = (waitsForKeys: boolean): number =>
  (waitsForKeys ? keysWaitSeconds + keysStepSeconds + checkSeconds : 0) +
  checkSeconds +
  Math.max(warmUpSeconds, namesWaitSeconds + namesStepSeconds) +
  roundingSeconds;
