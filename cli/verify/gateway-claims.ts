/** What the gateways add: who may call, how often, what is kept, and what never reaches an API. */
import { setTimeout } from 'node:timers/promises';
import { type ApiEndpoint, type Claim, expectThat, NotShown, type VerifyContext } from './claim';
import type { Answer } from './http';
import { callerHeaders, firstUrl, keyHeader, requireKey } from './requests';

const ON_GATEWAY = ['gateway'] as const;

function withKey(context: VerifyContext): {
  readonly endpoint: ApiEndpoint;
  readonly url: string;
  readonly header: string;
} {
  for (const endpoint of context.endpoints) {
    const header = keyHeader(endpoint);
    const url = endpoint.urls[0];
    if (header && url) return { endpoint, url, header };
  }
  throw new NotShown('no API asks for a key');
}

const noKey: Claim = {
  id: 'no-key',
  title: 'Without a key, and with a wrong one, the answer is 401',
  stages: ON_GATEWAY,
  async check(context) {
    const { url, header, endpoint } = withKey(context);
    const without = await context.http.ask(url, { headers: endpoint.api.headers });
    expectThat(without.status === 401, `without a key: ${without.status}`);
    expectThat(Boolean(without.headers['www-authenticate']), '401 without a WWW-Authenticate header');
    const wrong = await context.http.ask(url, {
      headers: { ...endpoint.api.headers, [header]: 'not-a-key' },
    });
    expectThat(wrong.status === 401, `with a wrong key: ${wrong.status}`);
    return `401, WWW-Authenticate: ${without.headers['www-authenticate']}`;
  },
};

const identity: Claim = {
  id: 'identity',
  title: 'An API learns the consumer from the gateway, never from the caller',
  stages: ON_GATEWAY,
  async check(context) {
    const { url, endpoint, header } = withKey(context);
    const key = requireKey(context);
    const answer = await context.http.ask(url, {
      headers: {
        ...endpoint.api.headers,
        [header]: key.value,
        'x-consumer-id': 'forged',
        x_consumer_id: 'forged',
      },
    });
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
    expectThat(received[header] === undefined, 'the key reached the API');
    return `the API saw ${key.consumer}; two forged headers and the key did not reach it`;
  },
};

/** Requests that may still pass, as the RateLimit header says after one request. */
function remainingOf(headers: Readonly<Record<string, string>>): number | undefined {
  const match = /(?:^|;)\s*r=(\d+)/.exec(headers.ratelimit ?? '');
  return match ? Number(match[1]) : undefined;
}

/** What the other claims may have used up of a window before this one counts. */
const OWN_REQUESTS = 5;
const LONGEST_REST_SECONDS = 60;
const DENIED_IN_A_ROW = 5;

/**
 * Makes one request in a window that is hardly used. Two windows rest it. What is left of an earlier one is given back
 * bit by bit while the requests are counted, at most the limit's share of that time.
 * @returns how many more may pass
 */
async function remainingOfRested(
  rule: { readonly requests: number; readonly perSeconds: number },
  ask: () => Promise<Answer>,
): Promise<number> {
  const rested = (answer: Answer) => {
    const remaining = answer.status === 429 ? undefined : remainingOf(answer.headers);
    return remaining !== undefined && remaining >= rule.requests - OWN_REQUESTS ? remaining : undefined;
  };
  const first = rested(await ask());
  if (first !== undefined) return first;
  const restSeconds = 2 * rule.perSeconds;
  const again = `the window is in use; try again in ${restSeconds} s`;
  if (restSeconds > LONGEST_REST_SECONDS) throw new NotShown(again);
  await setTimeout(restSeconds * 1000);
  const second = rested(await ask());
  if (second === undefined) throw new NotShown(again);
  return second;
}

const limit: Claim = {
  id: 'rate-limit',
  title: 'What is allowed in a window passes and no more, whichever gateway takes it',
  stages: ON_GATEWAY,
  async check(context) {
    const endpoint = context.endpoints.find((one) => one.api.policies.rateLimit && one.urls[0]);
    const rule = endpoint?.api.policies.rateLimit;
    const url = endpoint?.urls[0];
    if (!endpoint || !rule || !url) throw new NotShown('no API has a limit');
    if (rule.requests > 200) throw new NotShown(`a limit of ${rule.requests} is not used up by a check`);
    if (keyHeader(endpoint)) requireKey(context);
    const ask = () => context.http.ask(`${url}?verify=limit`, { headers: callerHeaders(context, endpoint) });
    const remaining = await remainingOfRested(rule, ask);
    const started = performance.now();
    let passed = 1;
    let denied = 0;
    let retryAfter = '';
    while (denied < DENIED_IN_A_ROW && passed <= rule.requests) {
      // The gateways learn of each other's counts within a few milliseconds.
      await setTimeout(50);
      const answer = await ask();
      denied = answer.status === 429 ? denied + 1 : 0;
      passed += answer.status === 429 ? 0 : 1;
      retryAfter = answer.headers['retry-after'] ?? retryAfter;
    }
    const seconds = (performance.now() - started) / 1000;
    const givenBack = Math.ceil((rule.requests * seconds) / rule.perSeconds);
    const most = remaining + 1 + givenBack;
    expectThat(passed > remaining, `${passed} passed where ${remaining + 1} may`);
    expectThat(passed <= most && denied > 0, `${passed} passed where at most ${most} may`);
    expectThat(/^\d+$/.test(retryAfter), '429 without Retry-After');
    const window = `${rule.requests} per ${rule.perSeconds} s`;
    return `${passed} of ${window} passed, the next ${denied} were 429 (Retry-After: ${retryAfter})`;
  },
};

const cache: Claim = {
  id: 'cache',
  title: 'A second request is answered from the cache, whichever gateway takes it',
  stages: ON_GATEWAY,
  async check(context) {
    const endpoint = context.endpoints.find((one) => one.api.policies.cache && one.urls[0]);
    const url = endpoint?.urls[0];
    if (!endpoint || !url) throw new NotShown('no API has a cache');
    const headers = callerHeaders(context, endpoint);
    const fresh = `${url}?verify=${process.pid}-${Date.now()}`;
    const first = await context.http.ask(fresh, { headers });
    expectThat(first.status === 200, `answered ${first.status}`);
    expectThat(first.headers['x-cache'] === 'MISS', `first: X-Cache ${first.headers['x-cache'] ?? 'absent'}`);
    const members = new Set<string>();
    for (let i = 0; i < 4; i++) {
      const again = await context.http.ask(fresh, { headers });
      expectThat(
        again.headers['x-cache'] === 'HIT',
        `request ${i + 2}: X-Cache ${again.headers['x-cache'] ?? 'absent'}`,
      );
      expectThat(again.text === first.text, 'the body is another one');
      if (again.headers.via) members.add(again.headers.via);
    }
    return `MISS, then 4 x HIT${members.size ? ` by ${[...members].sort().join(' and ')}` : ''}`;
  },
};

const members: Claim = {
  id: 'members',
  title: 'Every gateway of the pair serves',
  stages: ON_GATEWAY,
  async check(context) {
    const expected = context.environment.gateway.members?.length ?? 2;
    const seen = new Set<string>();
    const endpoint = context.endpoints.find((one) => keyHeader(one)) ?? context.endpoints[0];
    for (let i = 0; i < expected * 4; i++) {
      // Without a key: a refusal uses up nobody's limit.
      const { via } = (await context.http.ask(endpoint?.urls[0] ?? '', { headers: endpoint?.api.headers }))
        .headers;
      if (via) seen.add(via);
    }
    expectThat(seen.size === expected, `seen: ${[...seen].join(', ') || 'none'}`);
    return [...seen].sort().join(', ');
  },
};

const differ: Claim = {
  id: 'own-policies',
  title: 'Each API has policies of its own',
  stages: ON_GATEWAY,
  async check(context) {
    const open = context.endpoints.find((one) => !keyHeader(one) && one.urls[0]);
    const closed = context.endpoints.find((one) => keyHeader(one) && one.urls[0]);
    if (!open?.urls[0] || !closed?.urls[0]) throw new NotShown('all APIs authenticate alike');
    const openStatus = (await context.http.ask(open.urls[0], { headers: open.api.headers })).status;
    const closedStatus = (await context.http.ask(closed.urls[0], { headers: closed.api.headers })).status;
    expectThat(
      openStatus === 200 && closedStatus === 401,
      `${open.name} ${openStatus}, ${closed.name} ${closedStatus}`,
    );
    return `without a key: ${open.name} 200, ${closed.name} 401`;
  },
};

const confusion: Claim = {
  id: 'path-confusion',
  title: 'Paths that two programs could read differently are refused',
  stages: ON_GATEWAY,
  async check(context) {
    const base = new URL(firstUrl(context));
    const tried = ['/../', '/%2e%2e/', '//', '/%2f', '/;x'].map(
      (twist) => `${base.pathname.replace(/\/$/, '')}${twist}x`,
    );
    for (const rawPath of tried) {
      const answer = await context.http.ask(base.href, {
        rawPath,
        headers: context.endpoints[0]?.api.headers,
      });
      expectThat(answer.status === 400, `${rawPath} answered ${answer.status}`);
    }
    return `${tried.length} spellings answered 400`;
  },
};

const securityHeaders: Claim = {
  id: 'security-headers',
  title: 'Answers carry HSTS and nosniff',
  stages: ON_GATEWAY,
  async check(context) {
    const { headers } = await context.http.ask(firstUrl(context));
    const hsts = headers['strict-transport-security'] ?? '';
    expectThat(hsts.includes('max-age='), 'no Strict-Transport-Security');
    expectThat(headers['x-content-type-options'] === 'nosniff', 'no X-Content-Type-Options: nosniff');
    return `Strict-Transport-Security: ${hsts}`;
  },
};

export const gatewayClaims: readonly Claim[] = [
  members,
  noKey,
  identity,
  differ,
  cache,
  limit,
  confusion,
  securityHeaders,
];
