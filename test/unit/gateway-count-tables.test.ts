/** Proves how many callers a gateway can count, and that each whom the environment names has a place of its own. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { GatewayModel } from '../../constructs/gateway';
import { configuration, contextOf } from '../../constructs/gateway/haproxy/configuration';
import { mostConnections } from '../../constructs/gateway/haproxy/container/connections';
import { type ApiInput, gatewayModel } from '../traffic/support/model';

const apiKey = { authentication: { apiKey: {} } };
const jwt = { issuer: 'https://login.test', audience: 'any' };
const callers = (count: number, apis?: readonly string[]) =>
  Array.from({ length: count }, (_, index) => ({ name: `caller-${index}`, apis }));

function tables(model: GatewayModel): Record<string, string> {
  const member = model.members[0] as GatewayModel['members'][number];
  const text = configuration(contextOf(model, member));
  const lines = text.matchAll(/^ {2}table (\S+) (.*)$/gm);
  return Object.fromEntries([...lines].map(([, name = '', rest = '']) => [name, rest]));
}

const sizeOf = (rest = '') => Number(/ size (\d+) /.exec(rest)?.[1]);

describe('tables', () => {
  test('are apart for each kind of caller and each length of window', () => {
    const model = gatewayModel({
      keyed: { policies: { ...apiKey, rateLimit: { requests: 1, perSeconds: 60 } } },
      either: {
        policies: {
          authentication: { apiKey: {}, jwt },
          rateLimit: {
            windows: [
              { requests: 1, perSeconds: 60 },
              { requests: 9, perSeconds: 3600 },
            ],
          },
        },
      },
      addressed: { policies: { rateLimit: { requests: 1, perSeconds: 1, by: 'address' } } },
      whole: { policies: { rateLimit: { requests: 1, perSeconds: 10, by: 'api' } } },
    });
    const known = 'type string len 128 size 10000';
    const token = 'type string len 144 size 20661';
    const of = (perSeconds: number) =>
      `expire ${2 * perSeconds + 10}s store gpt0,http_req_rate(${perSeconds}s)`;
    const expected = {
      '10': `${known} ${of(10)}`,
      '60': `${known} ${of(60)}`,
      '3600': `${known} ${of(3600)}`,
      'token.60': `${token} ${of(60)}`,
      'token.3600': `${token} ${of(3600)}`,
      'address.1': `type binary len 8 size 36472 ${of(1)}`,
    };
    const both = ['gateway-a', 'gateway-b'].flatMap((member) =>
      Object.entries(expected).map(([name, rest]) => [`${member}.${name}`, rest]),
    );
    expect(tables(model)).toEqual(Object.fromEntries(both));
  });

  test.each([
    ['one place of six thousand', { a: 1 }, callers(6000), 12_000],
    ['three places', { a: 3 }, callers(6000), 36_000],
    ['those who may call', { a: 1, b: 1 }, [...callers(6000, ['a']), ...callers(3000)], 24_000],
    ['few', { a: 1 }, callers(5), 10_000],
  ] as [string, Record<string, number>, ReturnType<typeof callers>, number][])(
    'hold each known caller of each place twice: %s',
    (_, places, consumers, size) => {
      const policies = { ...apiKey, rateLimit: { requests: 1, perSeconds: 60 } };
      const apis = Object.entries(places).map(([name, count]): [string, ApiInput] => {
        const routes = Array.from({ length: count - 1 }, (_, index) => [
          `route-${index}`,
          { paths: [`/${name}/${index}`], policies: { rateLimit: { requests: 2, perSeconds: 60 } } },
        ]);
        return [name, { policies, routes: Object.fromEntries(routes) }];
      });
      const model = gatewayModel(Object.fromEntries(apis), { consumers });
      expect(sizeOf(tables(model)['gateway-a.60'])).toBe(size);
    },
  );

  test('for whom nobody knows take the memory that is for them, and no more', () => {
    const kinds = fc.subarray(['address', 'token'] as const, { minLength: 1 });
    const lengths = fc.uniqueArray(fc.integer({ min: 1, max: 86_400 }), { minLength: 1, maxLength: 5 });
    const property = fc.property(
      kinds,
      lengths,
      fc.integer({ min: 8, max: 400 }),
      fc.boolean(),
      (...given) => {
        const [chosen, seconds, countsMiB, three] = given;
        const apis = chosen.flatMap((kind) =>
          seconds.map((perSeconds): [string, ApiInput] => [
            `${kind}-${perSeconds}`,
            {
              policies:
                kind === 'address'
                  ? { rateLimit: { requests: 1, perSeconds, by: 'address' } }
                  : { authentication: { jwt }, rateLimit: { requests: 1, perSeconds } },
            },
          ]),
        );
        const letters = three ? 'abc' : 'ab';
        const all = tables(gatewayModel(Object.fromEntries(apis), { countsMiB, letters }));
        const bytes = Object.entries(all).map(
          ([name, rest]) => sizeOf(rest) * (name.includes('address') ? 230 : 406),
        );
        expect(bytes).toHaveLength(letters.length * chosen.length * seconds.length);
        const sum = bytes.reduce((one, other) => one + other, 0);
        expect(sum).toBeLessThanOrEqual(countsMiB * 1024 * 1024);
        expect(sum).toBeGreaterThan(countsMiB * 1024 * 1024 - bytes.length * 406);
      },
    );
    fc.assert(property, { numRuns: 50 });
  });

  test('have keys for the longest names that an environment may have', () => {
    const place = `${'a'.repeat(20)}/${'r'.repeat(40)}`;
    const consumer = `${place}|${'c'.repeat(63)}`;
    const token = `${place}|jwt:01234567:${'s'.repeat(60)}`;
    // HAProxy cuts a text to one byte less.
    expect([consumer.length, token.length]).toEqual([125, 135]);
    expect(consumer.length).toBeLessThan(128);
    expect(token.length).toBeLessThan(144);
  });
});

test('counts of very many known callers leave less memory for connections', () => {
  const counted = (count: number) =>
    mostConnections(
      gatewayModel(
        { a: { policies: { ...apiKey, rateLimit: { requests: 1, perSeconds: 60 } } } },
        { consumers: callers(count), connectionsMiB: 400 },
      ),
      16_384,
    );
  expect(counted(5)).toBe(10_240);
  expect(counted(40_000)).toBe(10_240);
  // 2 x 100,000 x 390 bytes are 76,171.875 KiB, 43,403.875 more than 32 MiB.
  expect(counted(100_000)).toBe(9154);
  expect(mostConnections(gatewayModel({ a: {} }), 16_384)).toBeUndefined();
});
