/**
 * The access log: one JSON object for each request that a gateway answered. What a data plane writes, and what metrics,
 * usage and operators read, have these names from here. `-` in a text means that there is none.
 */

export const accessLog = {
  member: 'The gateway that answered.',
  time: 'When the request began: seconds since 1970, with milliseconds.',
  request_id: 'Of this request, as `X-Request-Id` tells the API and the caller.',
  traceparent: 'As the caller sent it (W3C Trace Context).',
  client: "The caller's address.",
  method: 'As the caller sent it.',
  host: 'As the caller sent it, cut to 128 bytes.',
  path: 'As the caller sent it, without the query, cut to 512 bytes.',
  status: 'What the caller got; -1 when it left before.',
  bytes_in: 'Bytes of the request.',
  bytes_out: 'Bytes of the answer.',
  api: 'Name of the API.',
  prefix: 'Which of its paths the request has.',
  route: 'Name of the route.',
  version: '`stable` or `canary`.',
  consumer: 'Who called: a name of the environment file, or `jwt:…` for a token.',
  cache: '`HIT`, `MISS` or `BYPASS`.',
  limit: '`passed`, or `refused:` and the window that was full; where a limit counted it.',
  deny: 'Why the gateway refused it.',
  server: 'The instance that answered.',
  hop: 'The server that it was given to: of the pool, or a gateway that keeps the answer.',
  receive_ms: 'Milliseconds until the request was read; -1 where it did not come so far, here and below.',
  queue_ms: 'Milliseconds that it waited for an instance.',
  connect_ms: 'Milliseconds until the connection stood.',
  response_ms: "Milliseconds until the head of the API's answer.",
  total_ms: 'Milliseconds from the first byte of the request to the last of the answer.',
  retries: 'How often it was tried again; with `+`, at another instance.',
  end: 'How it ended: two letters, see the data plane.',
} as const;

/** Name of a field of the access log. */
export type AccessLogField = keyof typeof accessLog;
