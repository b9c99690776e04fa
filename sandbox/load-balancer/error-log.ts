import type { Log } from '../types';

interface Entry {
  readonly status: number;
  /** https://docs.haproxy.org/2.6/configuration.html#8.5 */
  readonly termination: string;
  readonly group: string;
  readonly target: string;
  readonly rule: string;
  readonly method: string;
  readonly path: string;
  readonly milliseconds: number;
}

const linesPerSecond = 10;

/** Turns HAProxy's lines on answers that no target gave into lines of the daemon's log, at most ten a second. */
export class ErrorLog {
  private second = 0;
  private lines = 0;

  constructor(private readonly log: Log) {}

  line(line: string): void {
    const entry = parse(line);
    if (!entry) return;
    const second = Math.floor(Date.now() / 1000);
    if (second !== this.second) {
      if (this.lines > linesPerSecond)
        this.log('load balancer', `${this.lines - linesPerSecond} more requests failed in that second`);
      this.second = second;
      this.lines = 0;
    }
    if (++this.lines > linesPerSecond) return;
    const { group, target, rule, method, path, milliseconds } = entry;
    const status = statusOnAws(entry);
    this.log('load balancer', `${status}: ${cause(status)}`, {
      method,
      path,
      rule,
      group,
      target,
      milliseconds,
    });
  }
}

function parse(line: string): Entry | undefined {
  try {
    return JSON.parse(line) as Entry;
  } catch {
    return undefined;
  }
}

/** A client that leaves before the answer gets none; the access log of Elastic Load Balancing calls that 460. */
function statusOnAws({ status, termination }: Entry): number {
  return termination.startsWith('C') ? 460 : status;
}

function cause(status: number): string {
  const causes: Readonly<Record<number, string>> = {
    460: 'the client left before the answer',
    502: 'the target could not be reached, or closed the connection without an answer',
    503: 'the target group has no registered targets',
    504: 'the target did not answer in time',
  };
  return causes[status] ?? 'no target answered';
}
