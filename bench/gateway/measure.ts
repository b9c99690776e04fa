/** The rounds: every contender for a few seconds each, again and again. */
import { median } from '../statistics';
import type { Contender, Scenario } from './contender';
import { headers } from './contender';
import type { Cores } from './cores';
import { load } from './load';
import type { Running } from './processes';

const ROUNDS = 3;
const BUSY = { connections: 32, seconds: 2 };
const CALM = { connections: 1, seconds: 1 };
export const method = { rounds: ROUNDS, busy: BUSY, calm: CALM };

export interface Result {
  readonly scenario: Scenario;
  readonly name: string;
  /** With many connections at once. */
  readonly requestsPerSecond: number;
  readonly p50Microseconds: number;
  readonly p99Microseconds: number;
  /** Part of the time that it was on its core: near to 1, unless something else was the limit. */
  readonly busy: number;
  /** Time on the core for one request: what other work on the machine takes is not in it. */
  readonly cpuMicroseconds: number;
  /** With one connection, one request after the other. */
  readonly calmP50Microseconds: number;
  readonly calmP99Microseconds: number;
  /** To the first contender's. */
  readonly ratio: number;
  readonly cpuRatio: number;
  readonly addedP50Microseconds: number;
}

interface Round {
  readonly requestsPerSecond: number;
  readonly p50Microseconds: number;
  readonly p99Microseconds: number;
  readonly busy: number;
  readonly cpuMicroseconds: number;
}

async function run({ url, process }: Contender, how: typeof BUSY, cores: string): Promise<Round> {
  const cpu = process.cpuSeconds();
  const measured = await load({ url, headers, cores, ...how });
  const used = process.cpuSeconds() - cpu;
  return {
    ...measured,
    busy: (used * measured.requestsPerSecond) / measured.requests,
    cpuMicroseconds: (used * 1_000_000) / measured.requests,
  };
}

type Prepare = (contender: Contender) => void;

async function rounds(
  contenders: readonly Contender[],
  how: typeof BUSY,
  cores: string,
  prepare: Prepare = () => undefined,
): Promise<Round[][]> {
  const all = contenders.map((): Round[] => []);
  for (let round = 1; round <= ROUNDS; round += 1) {
    process.stderr.write(`connections: ${how.connections}, round ${round} of ${ROUNDS}\n`);
    for (const [index, contender] of contenders.entries()) {
      prepare(contender);
      all[index]?.push(await run(contender, how, cores));
    }
  }
  return all;
}

const middle = (of: readonly Round[] = [], field: keyof Round) => median(of.map((round) => round[field]));

/**
 * First at full load, with the others on cores of their own. Then one request after the other, with all that it passes
 * through on one core: only one of them has something to do at a time, and the time to wake a second core, which is
 * more than what is measured, would be in each figure.
 */
export async function measure(
  contenders: readonly Contender[],
  around: readonly Running[],
  { measured, others }: Cores,
): Promise<Result[]> {
  const busy = await rounds(contenders, BUSY, others);
  const calm = await rounds(contenders, CALM, measured, ({ behind }) => {
    for (const one of around) one.move(behind.includes(one) ? measured : others);
  });
  return contenders.map(({ scenario, name }, index): Result => {
    const [own, first] = [busy[index], busy[0]];
    const calmP50Microseconds = middle(calm[index], 'p50Microseconds');
    return {
      scenario,
      name,
      requestsPerSecond: middle(own, 'requestsPerSecond'),
      p50Microseconds: middle(own, 'p50Microseconds'),
      p99Microseconds: middle(own, 'p99Microseconds'),
      busy: middle(own, 'busy'),
      cpuMicroseconds: middle(own, 'cpuMicroseconds'),
      calmP50Microseconds,
      calmP99Microseconds: middle(calm[index], 'p99Microseconds'),
      ratio: middle(own, 'requestsPerSecond') / middle(first, 'requestsPerSecond'),
      cpuRatio: middle(own, 'cpuMicroseconds') / middle(first, 'cpuMicroseconds'),
      addedP50Microseconds: calmP50Microseconds - middle(calm[0], 'p50Microseconds'),
    };
  });
}
