/**
 * The variables of a request, and what each holds. Rules name them by this list, so that a name that nobody has set does
 * not compile. What a client wrote in one of them stays a value: it is compared, never read as configuration.
 */
import type { Text } from './text';

const meanings = {
  // Who and what, noted before anything is changed.
  request_id: 'One name for the request in all logs.',
  traceparent: 'As the caller sent it.',
  client: 'Address of the caller.',
  proto: 'Scheme that the caller used.',
  port: 'Port that the caller used.',
  method: 'Method, to be compared letter by letter.',
  log_path: 'Path, cut, for the log.',
  log_host: 'Host, cut, for the log.',
  websocket: 'True: it asks to become a WebSocket.',
  coding: 'Transfer-Encoding.',
  length: 'Content-Length.',
  expect: 'Expect.',
  body: 'True: it has a body.',
  arrived: 'Bytes that have arrived of the request.',
  head_bytes: 'Bytes of target and header lines, where they could be too many.',
  target_bytes: 'Of these, the target.',
  watched: 'True: what follows its last chunk is looked for.',
  deny: 'Why it is refused.',

  // Whose it is.
  host: 'Host without its port; at the owner of an answer, the host of the request.',
  segments: 'Path with a slash at its end.',
  target: 'What the map of APIs says: name and prefix.',
  api: 'Name of the API.',
  prefix: 'Which of its paths the request has.',
  route: 'Name of the route.',
  requested_route: 'Name of the route that the method of a preflight would take.',
  version: '`stable` or `canary`.',
  caller: 'By what the callers are shared among two versions.',
  server: 'The instance that answered.',

  // Who calls.
  consumer: 'Who calls; absent: nobody known.',
  by_token: 'True: it brings a token where a key would do too.',
  bearer: 'The token.',
  token: 'True: the token has passed all checks.',
  token_alg: 'Algorithm that the token names, one of ours.',
  token_kid: 'Key that the token names.',
  token_key: 'File of that key.',
  token_signed: 'True: signed with it.',
  token_reason: 'What is wrong with the token.',
  token_subject: 'Issuer and subject, when nothing is.',
  token_scopes: 'Its scopes, each once, in order.',
  token_lacks: 'What it lacks of what is asked.',
  token_allowed: 'True: it lacks nothing.',
  grants: '`all` or `some`: which APIs the consumer may call.',
  granted: 'Present: this one.',
  consumer_allowed: 'True: the consumer is in the list.',
  preflight: 'True: a browser asks before it calls.',
  preflight_origin: 'The origin that may call.',
  cors_origin: 'The origin that may read the answer.',

  // How often.
  limit: '`passed`, or `refused:` and the window.',
  limit_key: 'Whose count it is.',
  limit_now: 'Time of day, in milliseconds, as far as it fits.',
  limit_left: 'What is left in a window, before this request; with the number of the window.',
  limit_other: 'A count of another member, or what is reckoned from it.',
  limit_age: 'How long ago a window began, in milliseconds.',
  limit_next: 'When a window has room again, in seconds.',
  limit_wait: 'When all have.',
  plan: 'Plan of the consumer.',

  // What it must look like.
  invalid: 'True: one of the alternatives holds.',
  look: 'True: its body is read.',
  body_good: 'True: the Lua has read it, and it is as it must be.',
  body_reason: 'What is wrong with it, in a word.',
  body_fault: 'The same as a sentence.',
  body_pointer: 'Where.',

  // The cache.
  cache: 'HIT, MISS or BYPASS.',
  bypass: 'True: the cache is passed by.',
  query: 'The chosen parameters.',
  path: 'Path, while the query is changed.',
  vary: 'A header that makes another answer; with its number.',
  tag: 'Number of the path, or of the API, that a write makes forgotten; with the number of a member, its last write.',
  tag_path: 'Path as tags tell paths apart.',
  cache_key: 'The key in clear.',
  key: 'The key as the owner gets it.',
  authorization: 'At the owner: Authorization, kept aside while the key is looked up.',
  authorization_sent: 'Authorization, kept aside on its way to the owner.',
  pathq: 'Path and query, kept aside while the key is looked up.',
  internal: 'True: another member asks.',
  own: 'True: a member of this revision asks.',
  answered: 'True: the API has answered.',
  hit: 'True: it was kept.',
  keep: 'True: it is to be kept.',
  other_vary: 'True: it differs by more than the key knows.',
  ttl: 'For how many seconds it is kept.',
  ttl_most: 'For how many at most.',
  ttl_default: 'For how many when the API says nothing.',
  ttl_respect: 'True: the API says for how many.',
  age: 'How many seconds old it is.',
  age_before: 'How many it was when it was kept.',

  // Another form.
  prefix_depth: 'Segments of the prefix.',
  form: 'Which of the paths of the route it has.',
  renamed: 'A line of a header that gets another name; with whose it is, and numbers.',
  parameters: 'The query, while it is changed.',
  path_alone: 'Path, where no query is left.',
  at_root: 'True: it is for the prefix itself.',
  authority: 'Host that was asked for.',
  located: 'Where the API points to.',
  location_host: 'The host of that.',
  own_location: 'True: that is one of ours.',
} as const;

/** Name of a variable. */
export type Variable = keyof typeof meanings;

/** `txn.<name>`. */
export const txn = Object.fromEntries(
  Object.keys(meanings).map((name) => [name, `txn.${name}` as Text]),
) as Readonly<Record<Variable, Text>>;
