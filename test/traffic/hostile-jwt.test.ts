/**
 * Proves that no token but a true one gets in. Each attack says what a caller could send; each must be refused with the
 * status given, and the API must not have been reached.
 */
import { constants, createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { Call } from './support/client';
import {
  encode,
  Issuer,
  type IssuerKey,
  issuerKey,
  type Json,
  jwkOf,
  nowSeconds,
  signature,
  signed,
} from './support/issuer';
import { gatewayModel } from './support/model';
import { Pair } from './support/pair';

const issuer = new Issuer('https://login.test/tenant', '127.30.62.2');
const neighbour = new Issuer('https://neighbour.test', '127.30.62.3');
const rsa = issuerKey('rsa-1');
const ec = issuerKey('ec-1', 'ES256');
/** Of an issuer that another API of the same gateway takes. */
const foreign = issuerKey('foreign-1');
const foreignSameKid = issuerKey('rsa-1');
const attacker = issuerKey('rsa-1');

let pair: Pair;

beforeAll(async () => {
  issuer.keys = [jwkOf(rsa), jwkOf(ec)];
  neighbour.keys = [jwkOf(foreign), jwkOf(foreignSameKid), jwkOf({ ...foreign, kid: '../issuer' })];
  await Promise.all([issuer.start(), neighbour.start()]);
  const jwt = {
    issuer: issuer.name,
    jwksUrl: issuer.jwksUrl,
    audience: ['orders'],
    algorithms: ['RS256', 'ES256'],
  };
  const model = gatewayModel({
    orders: { policies: { authentication: { jwt } } },
    rsaonly: { policies: { authentication: { jwt: { ...jwt, algorithms: ['RS256'] } } } },
    clients: { policies: { authentication: { jwt: { ...jwt, clientIds: ['app-1'] } } } },
    neighbour: {
      policies: {
        authentication: { jwt: { issuer: neighbour.name, jwksUrl: neighbour.jwksUrl, audience: 'any' } },
      },
    },
    pooled: {
      policies: {
        authentication: {
          jwt: { userPool: { region: 'eu-central-1', id: 'eu-central-1_AbCdEfGhI' }, audience: 'any' },
        },
      },
    },
  });
  // The pool's keys are not reached: with no key, no token is good.
  pair = await Pair.start({ net: 62, model, environment: { AWS_ENDPOINT_URL: 'http://127.30.62.4:8090' } });
}, 30_000);

afterAll(async () => {
  await pair?.stop();
  await Promise.all([issuer.stop(), neighbour.stop()]);
});

afterEach(() => {
  for (const one of Object.values(pair.pools)) one.seen.length = 0;
});

const claims = (more: Json = {}): Json => ({
  iss: issuer.name,
  sub: 'user-7',
  aud: 'orders',
  client_id: 'app-1',
  exp: nowSeconds() + 600,
  ...more,
});
const good = (more: Json = {}, key = rsa) => signed(key, claims(more));
const parts = (token: string) => token.split('.') as [string, string, string];

/** A header and a payload with any signature. */
const forged = (
  header: Json | string,
  last: (input: string) => Buffer | string,
  payload: Json = claims(),
) => {
  const input = `${encode(header)}.${encode(payload)}`;
  const end = last(input);
  return `${input}.${typeof end === 'string' ? end : encode(end)}`;
};
const hmac =
  (secret: string | Buffer, hash = 'sha256') =>
  (input: string) =>
    createHmac(hash, secret).update(input).digest();
const pem = String(rsa.publicKey.export({ type: 'spki', format: 'pem' }));
const hs = (kid = 'rsa-1') => ({ alg: 'HS256', typ: 'JWT', kid });

async function refused(token: string | Call, path = '/orders', status = 401): Promise<void> {
  const call = typeof token === 'string' ? { headers: { Authorization: `Bearer ${token}` } } : token;
  const before = Object.values(pair.pools).flatMap(({ seen }) => seen).length;
  expect((await pair.call(0, path, call)).status).toBe(status);
  expect(Object.values(pair.pools).flatMap(({ seen }) => seen)).toHaveLength(before);
}

test('what is attacked does let a true token in', async () => {
  for (const [path, key, payload] of [
    ['/orders', rsa, claims()],
    ['/orders', ec, claims()],
    ['/rsaonly', rsa, claims()],
    ['/clients', rsa, claims()],
    ['/neighbour', foreign, claims({ iss: neighbour.name })],
  ] as const) {
    const headers = { Authorization: `Bearer ${signed(key, payload)}` };
    expect((await pair.call(0, path, { headers })).status).toBe(200);
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

describe('claims that do not hold', () => {
  const now = nowSeconds();
  const text = (json: string) => signed(rsa, json);
  const without = (name: string) => good({ [name]: undefined });
  test.each<[string, () => string]>([
    ['expired', () => good({ exp: now - 31 })],
    ['expired long ago', () => good({ exp: 1 })],
    ['exp zero', () => good({ exp: 0 })],
    ['exp negative', () => good({ exp: -5 })],
    [
      'exp negative beyond 64 bits',
      () => text(JSON.stringify(claims({ exp: 1 })).replace('"exp":1', '"exp":-99999999999999999999')),
    ],
    [
      'exp beyond 64 bits',
      () => text(JSON.stringify(claims({ exp: 1 })).replace('"exp":1', '"exp":99999999999999999999')),
    ],
    [
      'exp beyond all numbers',
      () => text(JSON.stringify(claims({ exp: 1 })).replace('"exp":1', '"exp":1e400')),
    ],
    ['exp in the year 33658', () => good({ exp: 1_000_000_000_000 })],
    ['no exp', () => without('exp')],
    ['exp null', () => good({ exp: null })],
    ['exp a word', () => good({ exp: 'never' })],
    ['exp an empty text', () => good({ exp: '' })],
    ['exp true', () => good({ exp: true })],
    ['exp a list', () => good({ exp: [now + 600] })],
    ['exp an object', () => good({ exp: { at: now + 600 } })],
    ['exp in the past as a text', () => good({ exp: String(now - 100) })],
    ['exp in the past, not whole', () => good({ exp: now - 100.5 })],
    ['exp only inside another claim', () => good({ exp: undefined, nested: { exp: now + 600 } })],
    ['nbf in the future', () => good({ nbf: now + 120 })],
    ['nbf a word', () => good({ nbf: 'yesterday' })],
    [
      'nbf beyond 64 bits',
      () => text(JSON.stringify(claims({ nbf: 1 })).replace('"nbf":1', '"nbf":99999999999999999999')),
    ],
    ['iat in the future', () => good({ iat: now + 120 })],
    ['another issuer', () => good({ iss: neighbour.name })],
    ['the issuer with a slash', () => good({ iss: `${issuer.name}/` })],
    ['the issuer in capitals', () => good({ iss: issuer.name.toUpperCase() })],
    ['the beginning of the issuer', () => good({ iss: 'https://login.test' })],
    ['the issuer with more behind it', () => good({ iss: `${issuer.name}.evil.test` })],
    ['the issuer in a list', () => good({ iss: [issuer.name] })],
    ['no issuer', () => without('iss')],
    ['another audience', () => good({ aud: 'payments' })],
    ['an audience that begins like it', () => good({ aud: 'orders-admin' })],
    ['an audience that ends like it', () => good({ aud: 'my orders' })],
    ['the audience between blanks', () => good({ aud: ' orders ' })],
    ['the audience in capitals', () => good({ aud: 'ORDERS' })],
    ['no audience', () => without('aud')],
    ['an empty list of audiences', () => good({ aud: [] })],
    ['a list of other audiences', () => good({ aud: ['a', 'b'] })],
    ['the audience in a list in a list', () => good({ aud: [['orders']] })],
    ['the audience as a key', () => good({ aud: { orders: true } })],
    ['no subject', () => without('sub')],
    ['an empty subject', () => good({ sub: '' })],
    ['a subject with a newline', () => good({ sub: 'user\nX-Admin: 1' })],
    ['a subject with a blank', () => good({ sub: 'user 7' })],
    ['a subject too long', () => good({ sub: 's'.repeat(61) })],
    ['a subject that is a list', () => good({ sub: ['user-7'] })],
    ['a payload that is no object', () => text('"orders"')],
    ['a payload that is no JSON', () => text('orders')],
    ['an empty payload object', () => text('{}')],
  ])('%s', (_, token) => refused(token()));

  test('another client', () => refused(good({ client_id: 'app-2' }), '/clients'));
  test('a client that begins like it', () => refused(good({ client_id: 'app-10' }), '/clients'));
  test('no client', () => refused(without('client_id'), '/clients'));
});

describe('a token that is not written as one', () => {
  const [header, payload, end] = parts(signed(rsa, claims()));
  const pad = (text: string) => text.padEnd(Math.ceil(text.length / 4) * 4, '=');
  test.each<[string, string]>([
    ['one part', header],
    ['two parts', `${header}.${payload}`],
    ['four parts', `${header}.${payload}.${end}.${end}`],
    ['five parts, as an encrypted one', `${header}.${payload}.${end}.${payload}.${end}`],
    ['an empty header', `.${payload}.${end}`],
    ['an empty payload', `${header}..${end}`],
    ['only dots', '..'],
    ['nothing', ''],
    ['padding', `${pad(header)}.${pad(payload)}.${pad(end)}`],
    ['padding that does not belong there', `${header}==.${payload}==.${end}==`],
    ['the other base64', `${header}.${payload}.${end.replace(/-/g, '+').replace(/_/g, '/')}+/`],
    ['a blank inside', `${header}. ${payload}.${end}`],
    ['a blank at its end and another word', `${header}.${payload}.${end} x`],
    ['a tab inside', `${header}.\t${payload}.${end}`],
    ['quotes', `"${header}.${payload}.${end}"`],
    ['two tokens with a comma', `${header}.${payload}.${end},${header}.${payload}.${end}`],
    ['a header that is no JSON', `${encode('RS256')}.${payload}.${end}`],
    [
      'a header with more behind its end',
      `${encode(`${JSON.stringify({ alg: 'RS256', kid: 'rsa-1' })}x`)}.${payload}.${end}`,
    ],
    ['percent signs', `${header}%2E${payload}%2E${end}`],
    ['more than 4096 characters', signed(rsa, claims({ padding: 'p'.repeat(3500) }))],
    ['10 000 characters', signed(rsa, claims({ padding: 'p'.repeat(7000) }))],
    ['base64 of a deep list', `${header}.${encode('['.repeat(2000))}.${end}`],
  ])('%s', (_, token) => refused(token));
});

describe('a token in the wrong place', () => {
  const token = signed(rsa, claims());
  test.each<[string, Call, number]>([
    ['two blanks after the scheme', { headers: { Authorization: `Bearer  ${token}` } }, 401],
    ['a tab after the scheme', { headers: { Authorization: `Bearer\t${token}` } }, 401],
    ['no blank after the scheme', { headers: { Authorization: `Bearer${token}` } }, 401],
    ['no scheme', { headers: { Authorization: token } }, 401],
    ['another scheme', { headers: { Authorization: `JWT ${token}` } }, 401],
    [
      'as the password of Basic',
      { headers: { Authorization: `Basic ${Buffer.from(`a:${token}`).toString('base64')}` } },
      401,
    ],
    ['a list of schemes', { headers: { Authorization: `Basic YTpi, Bearer ${token}` } }, 401],
    ['a list of tokens', { headers: { Authorization: `Bearer ${token}, Bearer ${token}` } }, 401],
    ['two headers, both true', { headers: { Authorization: [`Bearer ${token}`, `Bearer ${token}`] } }, 400],
    [
      'two headers, the first wrong',
      { headers: { Authorization: ['Bearer x.y.z', `Bearer ${token}`] } },
      400,
    ],
    [
      'two headers, the second wrong',
      { headers: { Authorization: [`Bearer ${token}`, 'Bearer x.y.z'] } },
      400,
    ],
    ['two headers, the first Basic', { headers: { Authorization: ['Basic YTpi', `Bearer ${token}`] } }, 400],
    ['two headers, the second Basic', { headers: { Authorization: [`Bearer ${token}`, 'Basic YTpi'] } }, 400],
    ['an empty header and a true one', { headers: { Authorization: ['', `Bearer ${token}`] } }, 400],
    ['another name of the header', { headers: { 'X-Authorization': `Bearer ${token}` } }, 401],
    ['the header of proxies', { headers: { 'Proxy-Authorization': `Bearer ${token}` } }, 401],
    ['a name with an underscore', { headers: { Authorization_: `Bearer ${token}` } }, 401],
    ['a cookie', { headers: { Cookie: `access_token=${token}` } }, 401],
    [
      'a body',
      {
        method: 'POST',
        headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
        body: `access_token=${token}`,
      },
      401,
    ],
    ["a consumer's name", { headers: { 'X-Consumer-Id': 'jwt:user-7' } }, 401],
  ])('%s', (_, call, status) => refused(call, '/orders', status));

  test('the query', () => refused({}, `/orders?access_token=${token}`));

  test('no token is in the log', async () => {
    const headers = { Authorization: `Bearer ${token}`, 'X-Request-Id': 'a-true-token-1' };
    await pair.call(0, '/orders', { headers });
    await pair.member(0).logged('a-true-token-1');
    const text = JSON.stringify([pair.member(0).log, pair.member(0).errors, pair.member(0).sidecars.log]);
    expect(text).not.toContain(parts(token)[2].slice(0, 40));
  });
});
