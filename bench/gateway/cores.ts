/** Which core the measured program has, and which are left for what is around it. */
import { readFileSync } from 'node:fs';

export interface Cores {
  readonly measured: string;
  /** The same one, where the machine has no other. */
  readonly others: string;
}

/** Of proc(5): `0-3,8`. */
function allowed(): number[] {
  const [, list = '0'] =
    readFileSync('/proc/self/status', 'utf8').match(/^Cpus_allowed_list:\s+(\S+)$/m) ?? [];
  return list.split(',').flatMap((range) => {
    const [first = 0, last = first] = range.split('-').map(Number);
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
}

export function cores(): Cores {
  const [first = 0, ...rest] = allowed();
  return { measured: String(first), others: rest.length > 0 ? rest.join(',') : String(first) };
}
