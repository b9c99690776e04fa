/** Waits until something listens: the only sign of life of a task that no load balancer checks. */
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const FIRST_PAUSE_MS = 25;
const LONGEST_PAUSE_MS = 1000;
const CONNECT_TIMEOUT_MS = 1000;
/** A task without ports has to live so long: one that ends at once must not count as running. */
const LIVES_MS = 1000;

/** Resolves true when all ports accept a connection, false when `stopped` comes first. There is no event to wait for. */
export async function listening(
  address: string,
  ports: readonly number[],
  stopped: AbortSignal,
): Promise<boolean> {
  if (ports.length === 0) await sleep(LIVES_MS, undefined, { signal: stopped }).catch(() => {});
  for (const port of ports) {
    for (
      let pauseMs = FIRST_PAUSE_MS;
      !(await accepts(address, port));
      pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)
    ) {
      await sleep(pauseMs, undefined, { signal: stopped }).catch(() => {});
      if (stopped.aborted) return false;
    }
  }
  return !stopped.aborted;
}

/** Says good-bye in order: a reset would be an error that some programs do not survive. */
function accepts(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: CONNECT_TIMEOUT_MS });
    socket.resume();
    socket.once('connect', () => {
      socket.end();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
    socket.once('timeout', () => {
      socket.destroy();
      resolve(false);
    });
  });
}
