/** When a process counts as ended: what it held open is closed then. */
import { expect, test } from '@jest/globals';
import { hasEnded } from '../../sandbox/processes';

/** From the third field of `/proc/<pid>/stat` on. */
const fields = (state: string, threads: number): string[] =>
  `${state} 1 700 700 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 ${threads} 0 123456 0 0`.split(' ');

test.each([
  ['S', 1, false],
  ['R', 4, false],
  ['Z', 1, true],
  ['Z', 0, true],
  ['X', 1, true],
  // The first thread has ended, and others still hold the ports.
  ['Z', 2, false],
])('in state %s with %i threads: %s', (state, threads, ended) => {
  expect(hasEnded(fields(state, threads))).toBe(ended);
});
