/** Proves that a true signature is not enough: what a token says must hold, and it must be written and sent as one. */
import { describe, expect, test } from '@jest/globals';
import { attackedByTokens, parts } from './support/attacked-by-tokens';
import type { Call } from './support/client';
import { encode, nowSeconds, signed } from './support/issuer';

const attacked = attackedByTokens(163);
const { issuer, neighbour, rsa, claims, good, refused } = attacked;

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
    await attacked.pair.call(0, '/orders', { headers });
    await attacked.pair.member(0).logged('a-true-token-1');
    const text = JSON.stringify([
      attacked.pair.member(0).log,
      attacked.pair.member(0).errors,
      attacked.pair.member(0).sidecars.log,
    ]);
    expect(text).not.toContain(parts(token)[2].slice(0, 40));
  });
});
