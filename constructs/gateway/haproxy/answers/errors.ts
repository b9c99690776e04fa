/** Answers of the gateway's own: problem details as RFC 9457 says. */

import { all, always, both, type Condition, type Rule, rule } from '../language/rules';
import { line, type Text } from '../language/text';
import { txn } from '../language/vocabulary';

const titles = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  408: 'Request Timeout',
  411: 'Length Required',
  413: 'Content Too Large',
  414: 'URI Too Long',
  415: 'Unsupported Media Type',
  417: 'Expectation Failed',
  421: 'Misdirected Request',
  422: 'Unprocessable Content',
  425: 'Too Early',
  429: 'Too Many Requests',
  431: 'Request Header Fields Too Large',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
} as const;

export type ErrorStatus = keyof typeof titles;

const body = (status: ErrorStatus, detail: string, members?: Text) => {
  const text = JSON.stringify({ type: 'about:blank', title: titles[status], status, detail });
  return members ? `${text.slice(0, -1)},${members}}` : text;
};

/** Everything that makes the answer but the status' keyword; `detail` is ours, never a caller's text. */
function answer(status: ErrorStatus, detail: string, members?: Text): Text {
  if (!/^[A-Za-z0-9 ,.:;_-]+$/.test(detail)) throw new Error(`Detail with special characters: ${detail}`);
  const kind = members ? 'lf-string' : 'string';
  const text = `status ${status} content-type application/problem+json ${kind} '${body(status, detail, members)}'`;
  return `${text} hdr Cache-Control no-store` as Text;
}

export interface Refusal {
  readonly status: ErrorStatus;
  /** Why, for the access log. */
  readonly reason: string;
  /** Why, for the caller. */
  readonly detail: string;
  /** @default always */
  readonly when?: Condition;
  /** More headers of the answer: `hdr Name value`. */
  readonly headers?: Text;
  /** More members of the problem, `"name":value`, as a log format without single quotes. */
  readonly members?: Text;
}

/**
 * The answer, and the reason for the log. The reason is noted by the last term of the condition, which is looked at only
 * where all others hold: a rule of its own would look at the whole condition once more, for every request. It has one
 * where the condition has more alternatives than a line has room for: 64 words.
 */
export function refuse({ status, reason, detail, when = always, headers, members }: Refusal): Rule[] {
  if (!/^[a-z-]+$/.test(reason)) throw new Error(`Reason with special characters: ${reason}`);
  const extra = headers ? line` ${headers}` : line``;
  const returned = line`return ${answer(status, detail, members)}${extra}`;
  const text = line`str(${reason as Text})`;
  return when.length > 2
    ? [rule(line`set-var(${txn.deny}) ${text}`, when), rule(returned, when)]
    : [rule(returned, both(when, all(line`{ ${text},set-var(${txn.deny}) -m found }`)))];
}

/** What HAProxy answers by itself, in the same form. */
export function ownErrors(): Text[] {
  const details: [ErrorStatus, string][] = [
    [400, 'The request is not valid HTTP.'],
    [408, 'The request took too long to arrive.'],
    [500, 'The gateway failed.'],
    [502, 'The API gave no valid answer, or one with too large a head.'],
    [503, 'No instance of the API can take the request.'],
    [504, 'The API took too long to answer.'],
  ];
  // HAProxy 2.6 has no such answers: what does not fit its buffer is no valid HTTP to it.
  const later: [ErrorStatus, string][] = [
    [414, 'The target is too long.'],
    [431, 'Target and headers are too large.'],
  ];
  const lines = (all: typeof details) =>
    all.map(([status, detail]) => line`http-error ${answer(status, detail)}`);
  return [...lines(details), line`.if version_atleast(3.2)`, ...lines(later), line`.endif`];
}
