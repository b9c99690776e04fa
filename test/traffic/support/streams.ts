/** Many clients that send what they please, in pieces; what they are answered, and what the gateway has logged of it. */
import { setTimeout } from 'node:timers/promises';
import type { Member } from './gateway';
import { openSocket, readToEnd } from './raw';
import { until } from './until';

/** What a client sends on one connection, one byte for each character. */
export interface Stream {
  readonly text: string;
  /** Where the client waits for a moment. */
  readonly cuts: readonly number[];
  /** Says nothing of the end: the last request has to ask for it (`Connection: close`). */
  readonly open?: true;
  /** Address of the client. */
  readonly from?: string;
}

export interface StreamAnswer {
  readonly status: number;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Long enough for the answers, mostly. */
const endMs = 20;

/** Long enough for the other side to read what has come so far. */
const momentMs = 2;

/** Answers by their heads alone: whether one has a body depends on the request. No body looks like a head. */
function answersIn(text: string): StreamAnswer[] {
  const heads = text.matchAll(/HTTP\/1\.[01] (\d{3})[^\r\n]*\r\n((?:[^\r\n]+\r\n)*)\r\n/g);
  return [...heads].map(([, status, lines = '']) => ({
    status: Number(status),
    headers: Object.fromEntries(
      lines.split('\r\n').map((line) => {
        const colon = line.indexOf(':');
        return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
      }),
    ),
  }));
}

/** @returns the final answers, in their order */
export async function sendStream(
  address: string,
  { text, cuts, open, from: client }: Stream,
): Promise<StreamAnswer[]> {
  const socket = openSocket(address, { from: client });
  socket.setNoDelay(true);
  const all = readToEnd(socket);
  const places = [...new Set(cuts.map((place) => place % text.length))].sort((a, b) => a - b);
  let from = 0;
  for (const place of places) {
    socket.write(text.slice(from, place), 'latin1');
    await setTimeout(momentMs);
    from = place;
  }
  socket.write(text.slice(from), 'latin1');
  // HAProxy may leave requests that have come together with the end of what a client says.
  if (!open) await Promise.race([all, setTimeout(endMs).then(() => socket.end())]);
  return answersIn(await all).filter(({ status }) => status >= 200);
}

/**
 * Sends some at once, and goes on when the log has them: HAProxy drops lines that are not read as fast as it writes, and
 * here writer and reader share a processor.
 *
 * @returns what each was answered
 */
export async function inBatches<Sent, Answer>(
  member: Member,
  all: readonly Sent[],
  send: (one: Sent, index: number) => Promise<Answer>,
  atOnce = 12,
): Promise<Answer[]> {
  const { log, address } = member;
  const answers: Answer[] = [];
  for (let from = 0; from < all.length; from += atOnce) {
    const before = log.length;
    answers.push(
      ...(await Promise.all(all.slice(from, from + atOnce).map((one, index) => send(one, from + index)))),
    );
    const marker = `marker-${from}-${all.length}`;
    const text = `GET /nowhere HTTP/1.1\r\nHost: a\r\nX-Request-Id: ${marker}\r\nConnection: close\r\n\r\n`;
    await sendStream(address, { text, cuts: [] });
    const read = () => log.slice(before).some(({ request_id }) => request_id === marker);
    await until('the log is read', read, { everyMs: 1 });
  }
  return answers;
}

/** Lines of the log that were written to nobody. */
export async function droppedLines({ address }: Member): Promise<number> {
  const response = await fetch(`http://${address}:9000/metrics?scope=global`);
  return Number(/^haproxy_process_dropped_logs_total (\d+)/m.exec(await response.text())?.[1]);
}
