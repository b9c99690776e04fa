/**
 * Proves that the web servers that people use read the path and the host of a request as the gateway does: whose policies
 * were applied is whom the request reaches, by the servers' own decoding, prefixes and virtual hosts.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { webServer } from '../../scripts/web-servers';
import { Behind, nothing, type Place } from './support/behind';
import { type Answered, checkAnswers, type Match } from './support/matched';
import { gatewayModel } from './support/model';
import { inBatches, sendStream } from './support/streams';
import { aimed } from './support/targets';

/** Clients of each server; each says three requests, until one of them ends the connection. */
const clients = 1000;
const seed = Date.now() % 2 ** 31;

/** The pieces of a site: where an API begins, or a route of one. */
const places = {
  public: '/public',
  orders: '/orders',
  admin: '/orders/admin',
  secret: '/orders/secret',
  hosted: '/hosted',
};
const hosts = ['api.example', 'other.example'];
const key = 'a-key-that-opens-admin-and-secret';

const model = () =>
  gatewayModel(
    {
      public: { paths: [places.public] },
      orders: {
        paths: [places.orders],
        routes: {
          secret: {
            paths: [places.secret, `${places.secret}/{rest+}`],
            policies: { authentication: { apiKey: {} } },
          },
        },
      },
      admin: { paths: [places.admin], policies: { authentication: { apiKey: {} } } },
      'api-host': { paths: [places.hosted], hosts: ['api.example'] },
      'other-host': { paths: [places.hosted], hosts: ['other.example'] },
    },
    { letters: 'a' },
  );

const withKey = fc.constantFrom('', `X-Api-Key: ${key}\r\n`, `X-Api-Key: ${key}\r\n`);
const streams = fc
  .sample(fc.array(aimed(withKey), { minLength: 3, maxLength: 3 }), { seed, numRuns: clients })
  .map((requests, index) => ({
    text: requests.map(({ text }) => text).join(''),
    cuts: [],
    from: `127.33.${index >> 8}.${index & 255}`,
  }));

/** One character for each byte. */
const decoded = (path: string) =>
  path.replace(/%([0-9a-f]{2})/gi, (_, code) => String.fromCharCode(Number.parseInt(code, 16)));

/** The path as a server says that it reads it, without the case that the gateway's routes leave open. */
const under = (path: string, prefix: string) => `${path}/`.startsWith(`${prefix}/`);

/** Who has decided, by the log: an API by its prefix, or one of its routes. */
function judgedAs({ api, route }: Match['line']): string {
  return route === 'secret' ? 'secret' : String(api).endsWith('-host') ? 'hosted' : String(api);
}

/** What a match should be, and is not. */
function differences({ line, seen }: Match): string[] {
  const name = String(line.host).replace(/:\d+$/, '').toLowerCase();
  const host = hosts.includes(name) ? name : 'any';
  // A route takes letters in either case; where a server does not, it finds the API's.
  const judged = judgedAs(line);
  const known = judged === 'secret' && !under(seen.path, places.secret) ? 'orders' : judged;
  const checks: readonly (readonly [what: string, one: string, other: string])[] = [
    ['path', seen.path, decoded(String(line.path))],
    ['place', seen.place, known],
    ['host', seen.virtualHost, host],
    [
      'API of the host',
      `${line.api}`.endsWith('-host') ? `${line.api}` : '',
      judged === 'hosted' ? `${seen.virtualHost.split('.')[0]}-host` : '',
    ],
    ['consumer', String(line.consumer), ['admin', 'secret'].includes(judged) ? 'acme' : '-'],
  ];
  return checks.filter(([, one, other]) => one !== other).map(([what]) => what);
}

const sites = [
  { name: 'nginx' as const, net: 111, shift: 0 },
  { name: 'Apache' as const, net: 111, shift: 60 },
  { name: 'gunicorn' as const, net: 111, shift: 120 },
];
const found = sites.filter(({ name }) => webServer(name) !== undefined);
const started = new Map<string, Behind>();

beforeAll(async () => {
  const start = async (site: Place) =>
    started.set(site.name, await Behind.start(site, model(), { places, hosts }, { [key]: 'acme' }));
  await Promise.all(found.map(start));
}, 60_000);

afterAll(() => Promise.all([...started.values()].map((behind) => behind.stop())));

// One that cannot be had on this machine is named by the run.
for (const site of found)
  describe(site.name, () => {
    test(`finds the same API as the gateway for each of ${3 * clients} targets and hosts`, async () => {
      const behind = started.get(site.name) as Behind;
      const { gateway, findings } = behind;
      const answered = await inBatches(gateway, streams, async (stream): Promise<Answered> => {
        return { stream, answers: await sendStream(gateway.address, stream) };
      });
      const { matches, outcome } = await behind.end();
      checkAnswers(gateway.log, answered, findings);
      for (const match of matches)
        for (const what of differences(match)) findings.add(`another ${what}`, match.line, match.seen);
      expect({ seed, ...outcome }).toEqual({ seed, ...nothing });
      // All of them were reached.
      const reached = new Set(matches.map(({ seen }) => seen.place));
      expect([...reached].sort()).toEqual(Object.keys(places).sort());
      expect(matches.length).toBeGreaterThan(clients / 2);
    }, 60_000);
  });

test('each of them that can be had has a gateway before it', () => {
  expect([...started.keys()].sort()).toEqual(found.map(({ name }) => name).sort());
});
