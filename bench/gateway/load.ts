/** The load: wrk, a few seconds at a time. */
import { Running } from './processes';

export interface Load {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly connections: number;
  readonly seconds: number;
  readonly cores: string;
}

export interface Measured {
  readonly requestsPerSecond: number;
  readonly requests: number;
  readonly p50Microseconds: number;
  readonly p99Microseconds: number;
}

const microseconds = { us: 1, ms: 1000, s: 1_000_000, m: 60_000_000 } as const;

function latency(report: string, percentile: number): number {
  const [, value, unit] = report.match(new RegExp(`^ +${percentile}% +([0-9.]+)(us|ms|s|m)$`, 'm')) ?? [];
  if (!value) throw new Error(`wrk gave no latency:\n${report}`);
  return Math.round(Number(value) * microseconds[unit as keyof typeof microseconds]);
}

/** @throws when an answer was an error, or none came: that would be a fast one. */
export async function load({ url, headers, connections, seconds, cores }: Load): Promise<Measured> {
  const given = Object.entries(headers).flatMap(([name, value]) => ['-H', `${name}: ${value}`]);
  const parameters = ['--latency', '-t1', `-c${connections}`, `-d${seconds}s`, ...given, url];
  const report = await new Running('wrk', ['wrk', ...parameters], { cores }, true).finished();
  const failed = report.match(/^ +(Non-2xx or 3xx responses|Socket errors): .*$/m);
  if (failed) throw new Error(`${url}: ${failed[0].trim()}`);
  const [, requestsPerSecond] = report.match(/^Requests\/sec: +([0-9.]+)$/m) ?? [];
  const [, requests] = report.match(/^ +(\d+) requests in /m) ?? [];
  return {
    requestsPerSecond: Number(requestsPerSecond),
    requests: Number(requests),
    p50Microseconds: latency(report, 50),
    p99Microseconds: latency(report, 99),
  };
}
