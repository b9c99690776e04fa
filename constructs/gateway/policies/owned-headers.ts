/**
 * Headers that are not an API's own, by whose they are: no policy but their owner's reads or changes them. A star stands
 * for the rest of a name. What claims another path, method, host or client is known by its words: `claiming-headers.ts`.
 */

const connection = ['connection', 'keep-alive', 'upgrade', 'http2-settings', 'te', 'trailer', 'proxy-*'];
const framing = ['transfer-encoding', 'content-length'];
const gateway = ['x-consumer-*', 'x-gateway-*', 'x-request-id'];

/** Of a request, set or taken away before any policy. */
export const beforePolicies: readonly string[] = [
  ...gateway,
  ...['x-amzn-oidc-*', 'x-amzn-mtls-*', 'host'],
  ...connection,
  ...framing,
  ...['expect', 'proxy'],
];

/** Of a request, on which a policy depends. */
const asked = {
  cors: ['origin', 'access-control-*'],
  compression: ['accept-encoding'],
  cache: ['if-match', 'if-none-match', 'if-modified-since', 'if-unmodified-since', 'if-range', 'range'],
  gateway: ['via'],
};
export const askedByPolicies: readonly string[] = Object.values(asked).flat();

/** Of an answer. */
const answered = {
  gateway: [...gateway, 'x-forwarded-*', 'via'],
  connection,
  framing: [...framing, 'content-encoding', 'content-range', 'accept-ranges'],
  authentication: ['www-authenticate'],
  rateLimit: ['ratelimit*', 'retry-after'],
  cache: ['x-cache', 'age', 'date', 'vary'],
  cors: ['access-control-*'],
  securityHeaders: [
    ...['strict-transport-security', 'x-content-type-options', 'x-frame-options', 'referrer-policy'],
    'content-security-policy',
  ],
};
export const ofAnswers: readonly string[] = Object.values(answered).flat();

/** The beginning of a regular expression of whole names: none of these follows. */
export const noneOf = (names: readonly string[]): string =>
  `^(?!(${names.map((name) => name.replace('*', '.*')).join('|')})$)`;
