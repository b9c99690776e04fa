/** Right after a deploy the gateways may not know each other: one claim about both is checked again, once. */
import { expect, test } from '@jest/globals';
import type { Ask, HttpClient } from '../../cli/verify/http';
import { verify } from '../../cli/verify/verify';
import { parsed } from './environment-fixture';

const environment = parsed(
  ['      rateLimit: { requests: 10, perSeconds: 60 }\n', ''],
  [
    '      authentication: { apiKey: {} }\n',
    '      authentication: public\n      cache: { ttlSeconds: 60 }\n',
  ],
  ['    paths: [/catalog]\n', '    paths: [/catalog]\n    policies:\n      cache: { ttlSeconds: 60 }\n'],
);

/** The first so many repeated requests are answered by a gateway that does not know what the other one keeps. */
function run(strangers: number) {
  const seen = new Set<string>();
  let repeated = 0;
  const ask = async (url: string, _options: Ask) => {
    const known = url.includes('?') && seen.has(url);
    if (known) repeated += 1;
    seen.add(url);
    const hit = known && repeated > strangers;
    return { status: 200, headers: { 'x-cache': hit ? 'HIT' : 'MISS' }, text: 'same', json: undefined };
  };
  const endpoints = Object.entries(environment.apis).map(([name, api]) => ({
    name,
    api,
    urls: [`https://api.example.com/${name}`],
  }));
  const http = { ask } as unknown as HttpClient;
  let waits = 0;
  const wait = async () => {
    waits += 1;
  };
  return verify({ environment, http, endpoints }, undefined, wait).then((results) => ({
    cache: results.filter(({ id }) => id.endsWith('.cache')).map(({ id, result }) => `${id} ${result}`),
    waits,
  }));
}

test('gateways that know each other are not waited for', async () => {
  expect(await run(0)).toEqual({ cache: ['orders.cache holds', 'catalog.cache holds'], waits: 0 });
});

test('those that do after a while hold', async () => {
  expect(await run(1)).toEqual({ cache: ['orders.cache holds', 'catalog.cache holds'], waits: 1 });
});

test('those that never do fail, after one wait', async () => {
  expect(await run(1000)).toEqual({ cache: ['orders.cache fails', 'catalog.cache fails'], waits: 1 });
});

/** An API that is new has no instance for the gateways until its name is asked for again, for the first so many requests. */
function runNew(unanswered: number) {
  let left = unanswered;
  const ask = async (url: string) => {
    const refused = url.endsWith('/catalog') && left-- > 0;
    return { status: refused ? 503 : 200, headers: {}, text: 'same', json: undefined };
  };
  const endpoints = Object.entries(environment.apis).map(([name, api]) => ({
    name,
    api,
    urls: [`https://api.example.com/${name}`],
  }));
  let waits = 0;
  const wait = async () => {
    waits += 1;
  };
  return verify({ environment, http: { ask } as unknown as HttpClient, endpoints }, undefined, wait).then(
    (results) => [results.find(({ id }) => id === 'routing')?.result, waits],
  );
}

test('a new API that answers after a while holds, and one that never does fails', async () => {
  expect(await runNew(1)).toEqual(['holds', 1]);
  expect(await runNew(1000)).toEqual(['fails', 1]);
});
