/**
 * Proves that no signature but a true one lets a token in. Each attack says what a caller could send; each must be
 * refused with the status given, and the API must not have been reached.
 */
import { constants, createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { attackedByTokens, parts } from './support/attacked-by-tokens';
import { encode, type IssuerKey, jwkOf, signature, signed } from './support/issuer';

const attacked = attackedByTokens(62);
const { neighbour, rsa, ec, foreign, foreignSameKid, attacker, claims, good, forged, refused } = attacked;
const hmac =
  (secret: string | Buffer, hash = 'sha256') =>
  (input: string) =>
    createHmac(hash, secret).update(input).digest();
const pem = String(rsa.publicKey.export({ type: 'spki', format: 'pem' }));
const hs = (kid = 'rsa-1') => ({ alg: 'HS256', typ: 'JWT', kid });

test('what is attacked does let a true token in', async () => {
  for (const [path, key, payload] of [
    ['/orders', rsa, claims()],
    ['/orders', ec, claims()],
    ['/rsaonly', rsa, claims()],
    ['/clients', rsa, claims()],
    ['/neighbour', foreign, claims({ iss: neighbour.name })],
  ] as const) {
    const headers = { Authorization: `Bearer ${signed(key, payload)}` };
    expect((await attacked.pair.call(0, path, { headers })).status).toBe(200);
  }
});

describe('another algorithm', () => {
  test.each<[string, () => string]>([
    ['none, without a signature', () => forged({ alg: 'none', kid: 'rsa-1' }, () => '')],
    ['none, with one', () => forged({ alg: 'none', kid: 'rsa-1' }, () => 'AA')],
    ['None', () => forged({ alg: 'None', kid: 'rsa-1' }, () => 'AA')],
    ['NONE', () => forged({ alg: 'NONE', kid: 'rsa-1' }, () => 'AA')],
    ['nOnE', () => forged({ alg: 'nOnE', kid: 'rsa-1' }, () => parts(good())[2])],
    ['none in a list', () => forged('{"alg":["none"],"kid":"rsa-1"}', () => 'AA')],
    ['no alg', () => forged({ kid: 'rsa-1' }, (input) => signature(rsa, input))],
    ['an empty alg', () => forged({ alg: '', kid: 'rsa-1' }, (input) => signature(rsa, input))],
    ['alg null', () => forged('{"alg":null,"kid":"rsa-1"}', (input) => signature(rsa, input))],
    [
      'rs256 in small letters',
      () => forged({ alg: 'rs256', kid: 'rsa-1' }, (input) => signature(rsa, input)),
    ],
    ['RS256 with a blank', () => forged({ alg: 'RS256 ', kid: 'rsa-1' }, (input) => signature(rsa, input))],
    ['HS256 with the public key', () => forged(hs(), hmac(pem))],
    ['HS256 with the public key without its last newline', () => forged(hs(), hmac(pem.trimEnd()))],
    [
      'HS256 with the key in DER',
      () => forged(hs(), hmac(rsa.publicKey.export({ type: 'spki', format: 'der' }))),
    ],
    ['HS256 with the path of the key', () => forged(hs(), hmac('jwt/rsa-1.pem'))],
    ['HS256 with an empty secret', () => forged(hs(), hmac(''))],
    ['HS256 with the kid', () => forged(hs(), hmac('rsa-1'))],
    ['HS384 with the public key', () => forged({ ...hs(), alg: 'HS384' }, hmac(pem, 'sha384'))],
    ['HS512 with the public key', () => forged({ ...hs(), alg: 'HS512' }, hmac(pem, 'sha512'))],
    ['RS256 in the header, an HMAC below', () => forged({ ...hs(), alg: 'RS256' }, hmac(pem))],
    [
      'PS256 with the true key',
      () =>
        forged({ alg: 'PS256', kid: 'rsa-1' }, (input) =>
          sign('sha256', Buffer.from(input), {
            key: rsa.privateKey,
            padding: constants.RSA_PKCS1_PSS_PADDING,
            saltLength: 32,
          }),
        ),
    ],
    [
      'RS512 with the true key',
      () =>
        forged({ alg: 'RS512', kid: 'rsa-1' }, (input) => sign('sha512', Buffer.from(input), rsa.privateKey)),
    ],
    [
      'ES256 said of an RSA signature',
      () => forged({ alg: 'ES256', kid: 'rsa-1' }, (input) => signature(rsa, input)),
    ],
    [
      'RS256 said of an EC signature',
      () => forged({ alg: 'RS256', kid: 'ec-1' }, (input) => signature(ec, input)),
    ],
    ['ES256 with the kid of the RSA key', () => signed({ ...ec, kid: 'rsa-1' }, claims())],
    ['RS256 with the kid of the EC key', () => signed({ ...rsa, kid: 'ec-1' }, claims())],
    ['two alg, the second none', () => forged('{"alg":"RS256","alg":"none","kid":"rsa-1"}', () => 'AA')],
    ['two alg, the first none', () => forged('{"alg":"none","alg":"RS256","kid":"rsa-1"}', () => 'AA')],
  ])('%s', (_, token) => refused(token()));

  test('ES256 where only RS256 is taken', () => refused(good({}, ec), '/rsaonly'));
});

describe('another key', () => {
  const otherPair = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const withKid = (kid: unknown) => signed(attacker, claims(), { kid });
  test.each<[string, () => string]>([
    ["the attacker's, with a true kid", () => signed(attacker, claims())],
    ['a true one, with an unknown kid', () => signed({ ...rsa, kid: 'rsa-2' }, claims())],
    ['a true one, without kid', () => signed(rsa, claims(), `{"alg":"RS256"}`)],
    ['the neighbour, with its kid and our issuer', () => signed(foreign, claims())],
    ['the neighbour, with its kid and its issuer', () => signed(foreign, claims({ iss: neighbour.name }))],
    ['the neighbour, with a kid that is also ours', () => signed(foreignSameKid, claims())],
    ['the neighbour, with a path as kid', () => signed({ ...foreign, kid: '../issuer' }, claims())],
    ['a path out of the folder', () => withKid('../../../../etc/passwd')],
    ['a path of a key file', () => withKid('jwt/keys.cfg')],
    ['a device', () => withKid('/dev/null')],
    ['an empty kid', () => withKid('')],
    ['a kid with a blank', () => withKid('rsa-1 jwt/other.pem')],
    ['a kid with a newline', () => withKid('rsa-1\nrsa-2 x')],
    ['a kid with a NUL', () => withKid('rsa-1\u0000')],
    ['a kid with a comment', () => withKid('#rsa-1')],
    ['a kid with other letters', () => withKid('RSA-1')],
    ['the beginning of a kid', () => withKid('rsa')],
    ['a number as kid', () => withKid(1)],
    ['a list as kid', () => withKid(['rsa-1'])],
    ['an object as kid', () => withKid({ kid: 'rsa-1' })],
    ['SQL as kid', () => withKid("rsa-1' OR '1'='1")],
    ['a log format as kid', () => withKid('%[env(PATH)]')],
    ['an environment variable as kid', () => withKid('$' + '{PATH}')],
    ['a huge kid', () => withKid('k'.repeat(1500))],
    ['jwk in the header', () => signed(attacker, claims(), { jwk: jwkOf(attacker) })],
    ['jku in the header', () => signed(attacker, claims(), { jku: neighbour.jwksUrl })],
    ['x5u in the header', () => signed(attacker, claims(), { x5u: neighbour.jwksUrl })],
    [
      'x5c in the header',
      () =>
        signed(attacker, claims(), {
          x5c: [otherPair.publicKey.export({ type: 'spki', format: 'der' }).toString('base64')],
        }),
    ],
    [
      'jwk in the header, without kid',
      () => signed(attacker, claims(), `{"alg":"RS256","jwk":${JSON.stringify(jwkOf(attacker))}}`),
    ],
    ['a critical header that nobody knows', () => signed(rsa, claims(), { crit: ['b64'], b64: false })],
  ])('%s', (_, token) => refused(token()));

  test("our key at the neighbour's API", () =>
    refused(signed(rsa, claims({ iss: neighbour.name })), '/neighbour'));
  test('any key where the issuer has not answered yet', () =>
    refused(
      signed(
        rsa,
        claims({
          iss: 'https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_AbCdEfGhI',
          token_use: 'access',
        }),
      ),
      '/pooled',
    ));
});

describe('a signature that is not the one', () => {
  const halves = (key: IssuerKey) => {
    const [header, payload, end] = parts(good({}, key));
    return { input: `${header}.${payload}`, header, payload, end };
  };
  const der = (input: string) => sign('sha256', Buffer.from(input), ec.privateKey);
  const raw = (fill: (bytes: Buffer) => void) => (input: string) => {
    const bytes = signature(ec, input);
    fill(bytes);
    return bytes;
  };
  const es = { alg: 'ES256', kid: 'ec-1' };
  const flip = (text: string, at: number) => {
    const bytes = Buffer.from(text, 'base64url');
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    return encode(bytes);
  };
  test.each<[string, () => string]>([
    ['none at all', () => `${halves(rsa).input}.`],
    ['one bit changed', () => `${halves(rsa).input}.${flip(halves(rsa).end, 100)}`],
    ['shortened', () => `${halves(rsa).input}.${halves(rsa).end.slice(0, -8)}`],
    ['lengthened', () => `${halves(rsa).input}.${halves(rsa).end}AAAA`],
    ['of another token', () => `${halves(rsa).input}.${parts(good({ sub: 'other' }))[2]}`],
    [
      'of another payload',
      () => `${halves(rsa).header}.${encode(claims({ sub: 'admin' }))}.${halves(rsa).end}`,
    ],
    [
      'of another header',
      () => `${encode({ alg: 'RS256', kid: 'rsa-1' })}.${halves(rsa).payload}.${halves(rsa).end}`,
    ],
    ['all zero', () => forged({ alg: 'RS256', kid: 'rsa-1' }, () => Buffer.alloc(256))],
    ['ES256 with r and s zero', () => forged(es, () => Buffer.alloc(64))],
    [
      'ES256 with r zero',
      () =>
        forged(
          es,
          raw((bytes) => bytes.fill(0, 0, 32)),
        ),
    ],
    [
      'ES256 with s zero',
      () =>
        forged(
          es,
          raw((bytes) => bytes.fill(0, 32)),
        ),
    ],
    ['ES256 in DER', () => forged(es, der)],
    ['ES256 too short', () => forged(es, (input) => signature(ec, input).subarray(0, 63))],
    ['ES256 too long', () => forged(es, (input) => Buffer.concat([signature(ec, input), Buffer.alloc(2)]))],
    [
      'ES256 with r and s exchanged',
      () =>
        forged(es, (input) =>
          Buffer.concat([signature(ec, input).subarray(32), signature(ec, input).subarray(0, 32)]),
        ),
    ],
    ['ES256 of 3000 bytes', () => forged(es, () => Buffer.alloc(2500, 1), {})],
  ])('%s', (_, token) => refused(token()));
});
