/**
 * Proves that headers are taken away by their kind: those that claim another path, method, host or client, those that
 * are the gateway's own, and those of a connection; no other ones; and that no policy can be told to read one of them.
 */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { stripHeaders, strippedNames } from '../../constructs/gateway/haproxy/frame/client';
import { requestHeader } from '../../constructs/gateway/policies/request-header';
import { claimingHeaders, plainHeaders } from '../traffic/support/claims';

const stripped = new RegExp(strippedNames);
const readable = (name: string) => requestHeader.safeParse(name).success;
const own = ['x-consumer-id', 'x-consumer-', 'x-gateway-key', 'x-amzn-oidc-data', 'x-amzn-mtls-clientcert'];
const connection = ['proxy', 'proxy-connection', 'proxy-authorization', 'keep-alive', 'te', 'http2-settings'];

test('one rule knows names; two know what belongs to the connection', () => {
  expect(stripHeaders.filter((line) => line.includes('del-header'))).toEqual([
    `http-request del-header '${strippedNames}' -m reg`,
    'http-request del-header connection',
    'http-request del-header upgrade unless { var(txn.websocket) -m bool }',
  ]);
});

test('all claims of the list are taken away, and none of the others', () => {
  expect(claimingHeaders.length).toBeGreaterThan(200);
  expect(claimingHeaders.filter((name) => !stripped.test(name))).toEqual([]);
  expect(own.filter((name) => !stripped.test(name))).toEqual([]);
  expect(connection.filter((name) => !stripped.test(name))).toEqual([]);
  expect(plainHeaders.length).toBeGreaterThan(140);
  expect(plainHeaders.filter((name) => stripped.test(name))).toEqual([]);
  expect(['host', 'x-request-id', 'content-length', 'expect'].filter((name) => stripped.test(name))).toEqual(
    [],
  );
});

test('no policy reads what is taken away, and any policy the others', () => {
  expect([...claimingHeaders, ...own, ...connection, 'connection', 'upgrade'].filter(readable)).toEqual([]);
  expect(plainHeaders.filter((name) => !readable(name))).toEqual([]);
});

describe('names that nobody has thought of yet', () => {
  const how = fc.constantFrom('x', 'http', 'request', 'original', 'real', 'client', 'remote', 'true', 'base');
  const meant = fc.constantFrom('host', 'url', 'uri', 'path', 'method', 'scheme', 'proto', 'port', 'https');
  const any = fc.stringMatching(/^[a-z][a-z0-9]{0,7}$/);
  const joined = (...parts: fc.Arbitrary<readonly string[]>[]) =>
    fc.tuple(...parts).map((lists) => lists.flat().join('-'));
  const some = (word: fc.Arbitrary<string>, minLength: number) => fc.array(word, { minLength, maxLength: 3 });
  const one = (word: fc.Arbitrary<string>) => word.map((text) => [text]);

  const kinds: [string, fc.Arbitrary<string>][] = [
    ['of such words alone', joined(some(how, 1), one(meant), some(fc.oneof(how, meant), 0))],
    [
      'with an address',
      joined(some(any, 0), one(fc.constantFrom('ip', 'ipv6', 'clientip', 'remoteaddr')), some(any, 0)),
    ],
    [
      'with a word that is enough',
      joined(some(any, 0), one(fc.constantFrom('forwarded', 'override', 'rewrite')), some(any, 0)),
    ],
    [
      'that begin so',
      joined(one(fc.constantFrom('x-original', 'x-originating', 'x-consumer', 'proxy')), some(any, 1)),
    ],
    [
      'with another character',
      fc.tuple(any, fc.stringMatching(/^[!#$%&'*+.^_`|~]$/), any).map((parts) => parts.join('')),
    ],
  ];
  test.each(kinds)('%s', (_, names) => {
    fc.assert(
      fc.property(names, (name) => {
        expect(stripped.test(name)).toBe(true);
        expect(readable(name)).toBe(false);
      }),
      { numRuns: 2000 },
    );
  });

  test('what a policy reads is never taken away', () => {
    const name = joined(some(fc.oneof(any, how, meant), 1), some(any, 0));
    fc.assert(
      fc.property(name, (text) => {
        if (readable(text)) expect(stripped.test(text)).toBe(false);
      }),
      { numRuns: 5000 },
    );
  });
});

test('the longest names take no time', () => {
  const begun = performance.now();
  for (const part of ['x-', 'ip-', 'client-', 'a-', 'x-host-', 'forwarde-', '-', 'clientipclientip'])
    stripped.test(`${part.repeat(15_000 / part.length)}zz`);
  expect(performance.now() - begun).toBeLessThan(200);
});
