/** What a gateway has logged and what a server saw, laid side by side. */
import type { LogLine } from './gateway';
import type { Stream, StreamAnswer } from './streams';
import type { SeenRequest } from './web-servers';

/** What is wrong: how often, and a few examples. */
export class Findings {
  readonly wrong: Record<string, { count: number; examples: string[] }> = {};

  add(what: string, ...about: unknown[]): void {
    this.wrong[what] ??= { count: 0, examples: [] };
    const found = this.wrong[what];
    found.count++;
    if (found.examples.length < 3) found.examples.push(JSON.stringify(about));
  }
}

/** Requests that went on to a server, as the log has them. */
export const passed = (log: readonly LogLine[]): LogLine[] =>
  log.filter(({ hop }) => /-\d+$/.test(String(hop)));

/** The log has no more of a host. */
const hostInLog = 128;

const idOf = ({ request_id }: LogLine) => String(request_id);

export interface Answered {
  readonly stream: Stream;
  readonly answers: readonly StreamAnswer[];
}

/** Whether both sides said all that they had to say. */
const whole = ({ end }: LogLine) => end === '--';

export interface Match {
  readonly line: LogLine;
  readonly seen: SeenRequest;
}

/**
 * Finds to each request that a server saw the line of the log. Wrong is: one without a line, a line without one, and
 * whatever of method, path and host is not the same.
 */
export function matchAll(log: readonly LogLine[], all: readonly SeenRequest[], findings: Findings): Match[] {
  const lines = new Map<string, LogLine[]>();
  for (const line of passed(log)) lines.set(idOf(line), [...(lines.get(idOf(line)) ?? []), line]);
  const matches: Match[] = [];
  for (const seen of all) {
    const line = lines.get(seen.id)?.shift();
    if (line) matches.push({ line, seen });
    else findings.add('seen, and not judged', seen);
  }
  for (const line of [...lines.values()].flat()) if (whole(line)) findings.add('judged, and not seen', line);
  for (const { line, seen } of matches) {
    const same =
      seen.method === line.method &&
      seen.target.split('?')[0] === line.path &&
      seen.host.slice(0, hostInLog) === line.host;
    if (!same) findings.add('seen as another', line, seen);
  }
  return matches;
}

/**
 * Every answer must be the one to a request of its own client, and those that can be told by what the client wrote must
 * come in that order.
 */
export function checkAnswers(log: readonly LogLine[], all: readonly Answered[], findings: Findings): void {
  const clients = new Map(log.map((line) => [idOf(line), line.client]));
  for (const { stream, answers } of all) {
    let at = 0;
    for (const { headers } of answers) {
      const { 'x-request-id': id = '', 'x-seen': seen } = headers;
      if (seen !== undefined && seen !== id) findings.add('the answer of another request', stream, headers);
      // HAProxy gives none to what is not HTTP at all.
      if (id !== '' && clients.get(id) !== stream.from)
        findings.add("another client's answer", stream, headers);
      const place = id === '' ? -1 : stream.text.indexOf(id);
      if (place >= 0 && place < at) findings.add('an answer out of turn', stream, headers);
      at = Math.max(at, place);
    }
  }
}
