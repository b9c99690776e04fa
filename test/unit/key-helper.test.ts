/** Proves which keys of an issuer's key set are taken, for how long, and how they reach the gateway. */
import { execFileSync } from 'node:child_process';
import { createHmac, createPublicKey, generateKeyPairSync } from 'node:crypto';
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { keysUrl } from '../../constructs/gateway/key-helper/fetch';
import { IssuerKeys } from '../../constructs/gateway/key-helper/issuers';
import { readJwks } from '../../constructs/gateway/key-helper/jwks';
import { program } from '../../constructs/gateway/key-helper/program';
import { keyFiles, publish } from '../../constructs/gateway/key-helper/publish';
import { keyHelperModule } from '../../scripts/write-key-helper';
import { issuerKey, type Json, jwkOf } from '../traffic/support/issuer';

const rsa = issuerKey('rsa-1');
const ec = issuerKey('ec-1', 'ES256');
const set = (...keys: unknown[]) => JSON.stringify({ keys });
const read = (...keys: unknown[]) => readJwks(set(...keys));

test('the text in the task definition is what the sources make', () => {
  expect(keyHelperModule()).toContain(`'${program}'`);
});

test('it runs on the Node that was chosen', () => {
  const { STAGECRAFT_NODE: chosen = process.execPath } = process.env;
  const started = execFileSync('node', ['--print', 'process.execPath'], { encoding: 'utf8' }).trim();
  expect(started).toBe(realpathSync(chosen));
});

describe('a key set', () => {
  test('gives public keys in PEM, with their algorithm', () => {
    const { keys, skipped } = read(jwkOf(rsa), jwkOf(ec));
    expect(skipped).toEqual([]);
    expect(keys.map(({ kid, algorithm }) => [kid, algorithm])).toEqual([
      ['rsa-1', 'RS256'],
      ['ec-1', 'ES256'],
    ]);
    expect(keys[0]?.pem).toBe(rsa.publicKey.export({ type: 'spki', format: 'pem' }));
    expect(createPublicKey(keys[1]?.pem ?? '').equals(ec.publicKey)).toBe(true);
  });

  test('needs no use and no alg', () => {
    const { use, alg, ...bare } = jwkOf(rsa);
    expect(read(bare).keys).toHaveLength(1);
  });

  test('a private key becomes a public one', () => {
    const whole = { ...rsa.privateKey.export({ format: 'jwk' }), kid: 'private' };
    expect(read(whole).keys[0]?.pem).toMatch(/^-----BEGIN PUBLIC KEY-----/);
  });

  const small = issuerKey('small', 'RS256', 1024);
  const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey.export({ format: 'jwk' });
  const secret = createHmac('sha256', 'x').digest('base64url');
  test.each<[string, unknown, string]>([
    ['fewer than 2048 bits', jwkOf(small), '"small": fewer than 2048 bits'],
    ['an exponent of 1', { ...jwkOf(rsa), e: 'AQ' }, '"rsa-1": its exponent proves nothing'],
    ['an even exponent', { ...jwkOf(rsa), e: 'AQAC' }, '"rsa-1": its exponent proves nothing'],
    ['a secret key', { kty: 'oct', kid: 'hmac', k: secret }, '"hmac": neither RSA nor EC'],
    ['another curve', { ...p384, kid: 'p384' }, '"p384": not on the curve P-256'],
    ['for encryption', { ...jwkOf(rsa), use: 'enc' }, '"rsa-1": not for signatures'],
    ['only for signing', { ...jwkOf(rsa), key_ops: ['sign'] }, '"rsa-1": not for signatures'],
    ['for PS256', { ...jwkOf(rsa), alg: 'PS256' }, '"rsa-1": not for RS256'],
    ['without kid', { ...jwkOf(rsa), kid: undefined }, 'a key without kid: its kid is not'],
    ['a kid with a blank', { ...jwkOf(rsa), kid: 'a b' }, '"a b": its kid is not'],
    ['a kid with a newline', { ...jwkOf(rsa), kid: 'a\nb' }, '"a\\nb": its kid is not'],
    ['a kid that would be a comment', { ...jwkOf(rsa), kid: '#a' }, '"#a": its kid is not'],
    ['a kid of 129 bytes', { ...jwkOf(rsa), kid: 'k'.repeat(129) }, 'its kid is not'],
    ['a kid with letters of two bytes', { ...jwkOf(rsa), kid: 'schlüssel' }, 'its kid is not'],
    ['a number', 7, 'a key without kid: no object'],
    ['nothing', null, 'a key without kid: no object'],
  ])('leaves out what is %s, and says so', (_, key, reason) => {
    const { keys, skipped } = read(key, jwkOf(ec));
    expect(keys.map(({ kid }) => kid)).toEqual(['ec-1']);
    expect(skipped).toEqual([expect.stringContaining(reason)]);
  });

  test('of two keys with one kid takes the first, and of many the first 32', () => {
    expect(read(jwkOf(rsa), jwkOf({ ...ec, kid: 'rsa-1' })).keys).toEqual(read(jwkOf(rsa)).keys);
    const many = Array.from({ length: 100 }, (_, number) => ({ ...jwkOf(rsa), kid: `key-${number}` }));
    const { keys, skipped } = read(...many);
    expect([keys.length, keys.at(-1)?.kid, skipped.length]).toEqual([32, 'key-31', 32]);
  });

  test.each(['', 'null', '[]', '{}', '{"keys":{}}', '"keys"', '{"keys":', '<html>'])('%s is none', (text) => {
    expect(() => readJwks(text)).toThrow();
  });

  const field = fc.oneof(fc.string({ unit: 'binary' }), fc.jsonValue());
  const likeKey = fc.record(
    {
      kty: fc.oneof(fc.constantFrom('RSA', 'EC', 'oct'), field),
      kid: fc.oneof(fc.constantFrom('a', '#', 'a b'), field),
      use: fc.oneof(fc.constant('sig'), field),
      alg: fc.oneof(fc.constantFrom('RS256', 'ES256'), field),
      n: fc.oneof(fc.constant(jwkOf(rsa).n), field),
      e: fc.oneof(fc.constant('AQAB'), field),
      crv: fc.oneof(fc.constant('P-256'), field),
      x: fc.oneof(fc.constant(jwkOf(ec).x), field),
      y: fc.oneof(fc.constant(jwkOf(ec).y), field),
    },
    { requiredKeys: [] },
  );

  test('of whatever kind never breaks a file that HAProxy reads', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(likeKey, fc.jsonValue()), { maxLength: 6 }), (entries) => {
        const { keys } = read(...entries);
        const files = keyFiles([{ id: 'issuer-1', keys }], 'jwt');
        expect(files['issuer-1.map']).toMatch(/^([!-"$-~][!-~]{0,127} jwt\/issuer-1-[0-9a-f]{20}\.pem\n)*$/);
        const rule =
          / {2}http-request deny if FALSE \{ str\(-\),jwt_verify\([RE]S256,"jwt\/issuer-1-[0-9a-f]{20}\.pem"\) -m int 1 \}\n/;
        expect(files['keys.cfg']).toMatch(
          new RegExp(`^backend gateway\\.keys from base\\n(${rule.source})*$`),
        );
        for (const { pem } of keys)
          expect(pem).toMatch(/^-----BEGIN PUBLIC KEY-----\n[A-Za-z0-9+/=\n]+-----END PUBLIC KEY-----\n$/);
      }),
      { numRuns: 300 },
    );
  });

  test('any text is read or refused, never more', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.json()), (text) => {
        try {
          readJwks(text);
        } catch (error) {
          expect(error).toBeInstanceOf(Error);
        }
      }),
      { numRuns: 200 },
    );
  });
});

describe('an issuer', () => {
  let nowMs = 0;
  let answer: () => string = () => '';
  let events: [string, Json][] = [];
  const make = () =>
    new IssuerKeys({
      issuer: { id: 'issuer-1', jwksUrl: 'https://issuer.test/keys' },
      timing: { refreshSeconds: 300, retrySeconds: 30, keepHours: 24 },
      fetch: async () => answer(),
      log: (event, about) => void events.push([event, about]),
      now: () => nowMs,
    });
  const down = () => {
    throw new Error('ECONNREFUSED');
  };
  const kids = (issuer: IssuerKeys) => issuer.keys.map(({ kid }) => kid);

  beforeEach(() => {
    nowMs = 1_000_000;
    events = [];
    answer = () => set(jwkOf(rsa));
  });

  test('is asked every five minutes, and every 30 seconds while it fails', async () => {
    const issuer = make();
    await issuer.refresh();
    expect(issuer.dueMs - nowMs).toBe(300_000);
    answer = down;
    await issuer.refresh();
    expect(issuer.dueMs - nowMs).toBe(30_000);
  });

  test('its changes are told once, its failures when they begin and end', async () => {
    const issuer = make();
    await issuer.refresh();
    await issuer.refresh();
    answer = () => set(jwkOf(ec));
    await issuer.refresh();
    answer = down;
    await issuer.refresh();
    await issuer.refresh();
    answer = () => set(jwkOf(ec));
    await issuer.refresh();
    expect(events).toEqual([
      ['keys-changed', { issuer: 'issuer-1', keys: 1, added: ['rsa-1'], removed: [] }],
      ['keys-changed', { issuer: 'issuer-1', keys: 1, added: ['ec-1'], removed: ['rsa-1'] }],
      ['issuer-fails', { issuer: 'issuer-1', reason: 'ECONNREFUSED', keys: 1 }],
      ['issuer-answers', { issuer: 'issuer-1' }],
    ]);
  });

  test('that does not answer keeps its keys for 24 hours, and not a moment longer', async () => {
    const issuer = make();
    await issuer.refresh();
    answer = down;
    nowMs += 24 * 3_600_000 - 1;
    await issuer.refresh();
    expect(kids(issuer)).toEqual(['rsa-1']);
    nowMs += 1;
    await issuer.refresh();
    expect(kids(issuer)).toEqual([]);
    expect(events.at(-1)).toEqual(['keys-expired', { issuer: 'issuer-1', keepHours: 24 }]);
    answer = () => set(jwkOf(rsa));
    await issuer.refresh();
    expect(kids(issuer)).toEqual(['rsa-1']);
  });

  test.each([
    ['an empty set', () => set()],
    ['a set of which nothing can be used', () => set({ kty: 'oct', kid: 'a' })],
    ['an error page', () => '<html>'],
  ])('%s takes no key away', async (_, text) => {
    const issuer = make();
    await issuer.refresh();
    answer = text;
    await issuer.refresh();
    expect(kids(issuer)).toEqual(['rsa-1']);
    expect(events.at(-1)?.[0]).toBe('issuer-fails');
  });

  test('a key that is taken out of the set is gone at once', async () => {
    const issuer = make();
    answer = () => set(jwkOf(rsa), jwkOf(ec));
    await issuer.refresh();
    answer = () => set(jwkOf(ec));
    await issuer.refresh();
    expect(kids(issuer)).toEqual(['ec-1']);
  });

  test('what is left out is told when it changes', async () => {
    const issuer = make();
    answer = () => set(jwkOf(rsa), { kty: 'oct', kid: 'hmac' });
    await issuer.refresh();
    await issuer.refresh();
    expect(events.filter(([event]) => event === 'keys-skipped')).toEqual([
      ['keys-skipped', { issuer: 'issuer-1', skipped: ['"hmac": neither RSA nor EC'] }],
    ]);
  });
});

describe('where keys are', () => {
  const pool = 'https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_AbC';
  test.each([
    ['https://login.test', undefined, undefined, 'https://login.test/.well-known/jwks.json'],
    ['https://login.test/', undefined, undefined, 'https://login.test/.well-known/jwks.json'],
    ['https://login.test', 'https://login.test/keys', 'http://localhost:5100', 'https://login.test/keys'],
    ['https://login.test', undefined, 'http://localhost:5100', 'https://login.test/.well-known/jwks.json'],
    [pool, undefined, undefined, `${pool}/.well-known/jwks.json`],
    [
      pool,
      undefined,
      'http://localhost:5100',
      'http://localhost:5100/eu-central-1_AbC/.well-known/jwks.json',
    ],
  ])('%s, %s, AWS at %s: %s', (issuer, url, endpoint, expected) => {
    expect(keysUrl(issuer, url, endpoint)).toBe(expected);
  });
});

describe('the volume', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'keys-test-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  test('has the newest files behind one link, readable for all, and those before for who reads them still', () => {
    expect(publish(folder, { 'a.map': '1' })).toBe(true);
    const first = readlinkSync(join(folder, 'current'));
    expect(publish(folder, { 'a.map': '1' })).toBe(false);
    expect(publish(folder, { 'a.map': '2' })).toBe(true);
    expect(readFileSync(join(folder, 'current/a.map'), 'utf8')).toBe('2');
    expect(readFileSync(join(folder, first, 'a.map'), 'utf8')).toBe('1');
    expect(statSync(join(folder, 'current/a.map')).mode & 0o777).toBe(0o644);
    expect(statSync(join(folder, 'current')).mode & 0o777).toBe(0o755);
    publish(folder, { 'a.map': '3' });
    expect(readdirSync(folder)).toHaveLength(3);
    // Back to what it was: the same name again.
    publish(folder, { 'a.map': '1' });
    expect(readlinkSync(join(folder, 'current'))).toBe(first);
  });
});
