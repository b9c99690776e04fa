/** Who may call: with a key, with a token, and never without. */
import { expectThat, NotShown } from '../claim';
import type { Target } from '../target';
import { type PolicyCheck, rightsOf, send } from './check';

const methodsOf = ({ policies }: Target) =>
  policies.authentication === 'public' ? undefined : policies.authentication;
const keyHeader = (target: Target) => methodsOf(target)?.apiKey?.header;

const noKey: PolicyCheck = {
  policy: 'authentication',
  id: 'no-key',
  title: 'without a key, and with a wrong one, the answer is 401',
  applies: (target) => keyHeader(target) !== undefined,
  async check(target, { http }) {
    const header = keyHeader(target) ?? '';
    const { headers } = target.endpoint.api;
    const without = await http.ask(target.url, { method: target.method, headers });
    expectThat(without.status === 401, `without a key: ${without.status}`);
    expectThat(Boolean(without.headers['www-authenticate']), '401 without a WWW-Authenticate header');
    const wrong = await http.ask(target.url, {
      method: target.method,
      headers: { ...headers, [header]: 'not-a-key' },
    });
    expectThat(wrong.status === 401, `with a wrong key: ${wrong.status}`);
    return `401, WWW-Authenticate: ${without.headers['www-authenticate']}`;
  },
};

const identity: PolicyCheck = {
  policy: 'authentication',
  id: 'identity',
  title: 'the API learns the consumer from the gateway, never from the caller',
  applies: (target) => keyHeader(target) !== undefined,
  async check(target, context) {
    const { key } = context;
    const caller = rightsOf(target, context).find(({ name, allowed }) => allowed && name === key?.consumer);
    if (!key || !caller) throw new NotShown('needs a key of a consumer who may call: give one with --key');
    const forged = { 'x-consumer-id': 'forged', x_consumer_id: 'forged' };
    const answer = await send(target, context, caller.headers, { headers: forged });
    expectThat(answer.status === 200, `answered ${answer.status}`);
    const seen = answer.json?.headers;
    if (typeof seen !== 'object' || seen === null)
      throw new NotShown('the API does not show the headers that it got (JSON field `headers`)');
    const received = seen as Record<string, unknown>;
    expectThat(
      received['x-consumer-id'] === key.consumer,
      `the API saw ${String(received['x-consumer-id'])}`,
    );
    expectThat(!JSON.stringify(received).includes('forged'), 'a forged identity header reached the API');
    expectThat(!JSON.stringify(received).includes(key.value), 'the key reached the API');
    return `the API saw ${key.consumer}; two forged headers and the key did not reach it`;
  },
};

/** A token that no issuer signed: its algorithm says that it needs no signature. */
const unsigned = (() => {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'none', typ: 'JWT' })}.${part({ sub: 'verify', exp: 4_102_444_800 })}.`;
})();

const wrongToken: PolicyCheck = {
  policy: 'authentication',
  id: 'wrong-token',
  title: 'a token that the issuer did not sign is 401',
  applies: (target) => methodsOf(target)?.jwt !== undefined,
  async check(target, { http }) {
    const headers = { ...target.endpoint.api.headers, authorization: `Bearer ${unsigned}` };
    const answer = await http.ask(target.url, { method: target.method, headers });
    expectThat(answer.status === 401, `answered ${answer.status}`);
    const challenge = answer.headers['www-authenticate'] ?? '';
    expectThat(challenge.includes('Bearer'), `WWW-Authenticate: ${challenge || 'absent'}`);
    return `401, WWW-Authenticate: ${challenge}`;
  },
};

const token: PolicyCheck = {
  policy: 'authentication',
  id: 'token',
  title: 'a token of the issuer passes, and does not reach the API',
  applies: (target) => methodsOf(target)?.jwt !== undefined,
  async check(target, context) {
    const caller = rightsOf(target, context).find(
      ({ allowed, headers }) => allowed && headers.authorization !== undefined,
    );
    if (!caller) throw new NotShown('needs a token: give one with --token');
    const answer = await send(target, context, caller.headers);
    expectThat(answer.status === 200, `answered ${answer.status}`);
    const seen = JSON.stringify(answer.json?.headers ?? {});
    expectThat(!seen.includes(caller.headers.authorization ?? ''), 'the token reached the API');
    const consumer = /"x-consumer-id":"([^"]*)"/.exec(seen)?.[1];
    return consumer ? `200, the API saw ${consumer}` : '200';
  },
};

const open: PolicyCheck = {
  policy: 'authentication',
  id: 'public',
  title: 'anyone may call',
  applies: (target) => target.policies.authentication === 'public',
  async check(target, { http }) {
    const { headers } = target.endpoint.api;
    const answer = await http.ask(target.url, { method: target.method, headers });
    expectThat(answer.status !== 401 && answer.status !== 403, `answered ${answer.status}`);
    return `${answer.status} without credentials`;
  },
};

export const authenticationChecks: readonly PolicyCheck[] = [open, noKey, identity, wrongToken, token];
