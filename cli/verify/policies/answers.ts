/** What the gateway does to answers: CORS, compression, security headers, transformation. */
import type { Policies } from '../../../constructs/gateway';
import { expectThat, NotShown } from '../claim';
import { ask, type PolicyCheck } from './check';

const FOREIGN = 'https://verify.invalid';

const cors: PolicyCheck = {
  policy: 'cors',
  id: 'cors',
  title: 'a preflight of an allowed origin is 204, of another one 403',
  async check(target, { http }) {
    const { cors: policy } = target.policies;
    if (!policy) throw new NotShown('no CORS');
    const origin = policy.origins === 'any' ? FOREIGN : (policy.origins[0] ?? '');
    const preflight = (from: string) =>
      http.ask(target.url, {
        method: 'OPTIONS',
        headers: {
          ...target.endpoint.api.headers,
          origin: from,
          'access-control-request-method': target.method,
        },
      });
    const allowed = await preflight(origin);
    const said = allowed.headers['access-control-allow-origin'];
    expectThat(allowed.status === 204, `${origin}: ${allowed.status}`);
    expectThat(said === origin || said === '*', `Access-Control-Allow-Origin: ${said ?? 'absent'}`);
    if (policy.origins === 'any') return `204 for any origin`;
    const refused = await preflight(FOREIGN);
    expectThat(refused.status === 403, `${FOREIGN}: ${refused.status}`);
    expectThat(!refused.headers['access-control-allow-origin'], `${FOREIGN} is told that it may read`);
    return `${origin}: 204; ${FOREIGN}: 403`;
  },
};

const compression: PolicyCheck = {
  policy: 'compression',
  id: 'compression',
  title: 'an answer of text is compressed for who takes gzip',
  async check(target, context) {
    const answer = await ask(target, context, { headers: { 'accept-encoding': 'gzip' } });
    const type = answer.headers['content-type']?.split(';')[0]?.trim() ?? '';
    const policy = target.policies.compression;
    const types = policy === true || policy === undefined ? undefined : policy.types;
    if (types && !types.some((one) => type.startsWith(one)))
      throw new NotShown(`the answer is ${type || 'untyped'}`);
    const encoding = answer.headers['content-encoding'];
    expectThat(encoding === 'gzip', `Content-Encoding: ${encoding ?? 'absent'}`);
    const plain = await ask(target, context, { headers: { 'accept-encoding': 'identity' } });
    expectThat(!plain.headers['content-encoding'], 'compressed for who does not take it');
    return `${type}: gzip`;
  },
};

/** The header that a setting of the policy makes, and what must be in it. */
function expectedHeaders({ securityHeaders: policy }: Policies): [name: string, piece: string][] {
  if (policy === 'none') return [];
  const { hsts, contentTypeOptions, frameOptions, referrerPolicy, contentSecurityPolicy } = policy;
  const all: [string, string | undefined][] = [
    ['strict-transport-security', hsts === 'none' ? undefined : 'max-age='],
    ['x-content-type-options', contentTypeOptions === 'none' ? undefined : contentTypeOptions],
    ['x-frame-options', frameOptions],
    ['referrer-policy', referrerPolicy],
    ['content-security-policy', contentSecurityPolicy?.slice(0, 10)],
  ];
  return all.flatMap(([name, piece]) => (piece ? [[name, piece]] : []));
}

const securityHeaders: PolicyCheck = {
  policy: 'securityHeaders',
  id: 'security-headers',
  title: 'answers carry the security headers, refusals too',
  applies: ({ policies }) => expectedHeaders(policies).length > 0,
  async check(target, { http }) {
    const { headers } = await http.ask(target.url, {
      method: target.method,
      headers: target.endpoint.api.headers,
    });
    const expected = expectedHeaders(target.policies);
    const missing = expected.filter(([name, piece]) => !headers[name]?.includes(piece));
    expectThat(missing.length === 0, `missing: ${missing.map(([name]) => name).join(', ')}`);
    return expected.map(([name]) => name).join(', ');
  },
};

const responseHeaders: PolicyCheck = {
  policy: 'transformation',
  id: 'response-headers',
  title: 'answers carry the headers that are set, and not those that are removed',
  applies: ({ policies }) => {
    const { setHeaders = {}, removeHeaders = [] } = policies.transformation?.response ?? {};
    return Object.keys(setHeaders).length + removeHeaders.length > 0;
  },
  async check(target, context) {
    const { setHeaders = {}, removeHeaders = [] } = target.policies.transformation?.response ?? {};
    const { headers } = await ask(target, context);
    for (const name of Object.keys(setHeaders)) expectThat(headers[name] !== undefined, `no ${name}`);
    for (const name of removeHeaders) expectThat(headers[name] === undefined, `${name} is there`);
    const parts = [...Object.keys(setHeaders), ...removeHeaders.map((name) => `no ${name}`)];
    return parts.join(', ');
  },
};

const received: PolicyCheck = {
  policy: 'transformation',
  id: 'request',
  title: 'the API gets another path or other headers, as the policy says',
  applies: ({ policies: { transformation: policy } }) =>
    Boolean(policy?.path) || Object.keys(policy?.request.setHeaders ?? {}).length > 0,
  async check(target, context) {
    const policy = target.policies.transformation;
    const answer = await ask(target, context);
    const { path, headers } = (answer.json ?? {}) as { path?: unknown; headers?: Record<string, unknown> };
    if (typeof path !== 'string' || typeof headers !== 'object')
      throw new NotShown('the API does not show what it got (JSON fields `path` and `headers`)');
    if (policy?.path) expectThat(path !== new URL(target.url).pathname, `the API got ${path}`);
    const names = Object.keys(policy?.request.setHeaders ?? {});
    for (const name of names) expectThat(headers[name] !== undefined, `the API got no ${name}`);
    return [policy?.path ? `${new URL(target.url).pathname} became ${path}` : '', ...names]
      .filter(Boolean)
      .join(', ');
  },
};

export const answerChecks: readonly PolicyCheck[] = [
  cors,
  compression,
  securityHeaders,
  responseHeaders,
  received,
];
