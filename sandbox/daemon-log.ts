/** The daemon's log: JSON lines, each with the part that speaks. */
import { fstatSync, openSync, writeSync } from 'node:fs';
import { isLarge, rotate } from './log-files';
import type { Log } from './types';

/** Written at once: what a daemon said last before it died is what one wants to read. */
export function daemonLog(file: string): Log {
  const log = openSync(file, 'a+', 0o600);
  return (part, message, details = {}) => {
    const line = { time: new Date().toISOString(), part, message, ...details };
    if (isLarge(log)) rotate(file, log, fstatSync(log).size);
    writeSync(log, `${JSON.stringify(line)}\n`);
  };
}
