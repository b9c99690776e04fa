/** Proves that a token is read as JSON is, and judged by what it says: what two readers could take differently is refused. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { attackedByTokens } from './support/attacked-by-tokens';
import { encode, nowSeconds, signature, signed } from './support/issuer';

const attacked = attackedByTokens(168);
const { issuer, neighbour, rsa, claims, good, refused } = attacked;

const now = nowSeconds();
const soon = now + 600;
const text = (...members: string[]) => signed(rsa, `{${members.join(',')}}`);
/** Members that make a good token, but for those that are given. */
const but = (given: Readonly<Record<string, string>>, ...more: string[]) => {
  const members = {
    iss: JSON.stringify(issuer.name),
    sub: '"user-7"',
    aud: '"orders"',
    exp: String(soon),
    ...given,
  };
  const named = Object.entries(members).filter(([, value]) => value !== '');
  return text(...named.map(([name, value]) => `"${name}":${value}`), ...more);
};
const raw = (bytes: Buffer) => {
  const input = `${encode({ alg: 'RS256', kid: 'rsa-1' })}.${encode(bytes)}`;
  return `${input}.${encode(signature(rsa, input))}`;
};
const withHeader = (header: string) => signed(rsa, claims(), header);

async function passes(token: string, consumer = 'jwt:bcaee825:user-7'): Promise<void> {
  const { seen } = attacked.pair.pool('orders');
  const reply = await attacked.pair.call(0, '/orders', { headers: { Authorization: `Bearer ${token}` } });
  expect([reply.status, seen.at(-1)?.headers['x-consumer-id']]).toEqual([200, consumer]);
}

describe('signed, and refused', () => {
  test.each<[string, string]>([
    // One name, two values: the first wins here, the last there.
    ['exp twice', but({ exp: String(now - 600) }, `"exp":${soon}`)],
    ['exp twice, the other way round', but({}, `"exp":${now - 600}`)],
    ['iss twice', but({}, `"iss":${JSON.stringify(neighbour.name)}`)],
    ['aud twice', but({ aud: '"other"' }, '"aud":"orders"')],
    ['sub twice', but({}, '"sub":"admin"')],
    ['sub twice, once escaped', but({}, '"\\u0073ub":"admin"')],
    ['any name twice', but({}, '"x":1', '"x":2')],
    ['a name twice in a nested object', but({}, '"x":{"y":1,"y":2}')],
    // Not JSON.
    ['text behind the end', signed(rsa, `${JSON.stringify(claims())}x`)],
    ['a second object', signed(rsa, `${JSON.stringify(claims())}{}`)],
    ['a comma too many', but({}, '')],
    ['single quotes', signed(rsa, JSON.stringify(claims()).replaceAll('"', "'"))],
    ['a comment', signed(rsa, `/**/${JSON.stringify(claims())}`)],
    ['a number with zeros before it', but({ exp: `0${soon}` })],
    ['a hexadecimal number', but({ exp: '0xffffffff' })],
    ['a number with a plus', but({ exp: `+${soon}` })],
    ['a number with nothing behind its dot', but({ exp: `${soon}.` })],
    ['a word that is none', but({ x: 'undefined' })],
    ['not a number', but({ exp: 'NaN' })],
    ['infinity', but({ exp: 'Infinity' })],
    ['a list', signed(rsa, `[${JSON.stringify(claims())}]`)],
    ['a mark before it', raw(Buffer.from(`\ufeff${JSON.stringify(claims())}`))],
    ['a NUL behind it', raw(Buffer.from(`${JSON.stringify(claims())}\0`))],
    ['a NUL in a string', but({ sub: '"user-7\0x"' })],
    ['a line in a string', but({ x: '"a\nb"' })],
    [
      'bytes that are not UTF-8',
      raw(Buffer.from(JSON.stringify(claims({ x: '?' })).replace('?', '\xff'), 'latin1')),
    ],
    ['half a surrogate', but({ x: '"\\ud800"' })],
    ['the wrong half', but({ x: '"\\udc00\\ud800"' })],
    ['an escape that is none', but({ x: '"\\x41"' })],
    ['a very deep list', but({ x: '['.repeat(40) + ']'.repeat(40) })],
    // Times that are none.
    ...[
      '"1999999999"',
      '""',
      'true',
      'null',
      '[1999999999]',
      '{"x":1999999999}',
      '-1',
      '1e400',
      '1e12',
      '99999999999999999999',
    ].flatMap((value): [string, string][] => [
      [`exp ${value}`, but({ exp: value })],
      ...(value === '1e400'
        ? []
        : ['nbf', 'iat'].map((name): [string, string] => [`${name} ${value}`, but({ [name]: value })])),
    ]),
    ['no exp', but({ exp: '' })],
    ['exp with an exponent, long ago', but({ exp: '1.5e9' })],
    ['exp a small number with a large exponent', but({ exp: '1e-9' })],
    ['exp that ends in zeros behind its dot', but({ exp: `${now - 100}.000` })],
    ['nbf with an exponent, later', but({ nbf: '2e9' })],
    ['iat with an exponent, later', but({ iat: '2e9' })],
    // What is compared is compared whole, and is what it has to be.
    ['the issuer with NUL and more', but({ iss: `"${issuer.name}\\u0000.evil.test"` })],
    ['the issuer in a nested object', but({ iss: '', x: `{"iss":${JSON.stringify(issuer.name)}}` })],
    ['the issuer as a list', but({ iss: `["${issuer.name}"]` })],
    ['the audience with NUL and more', but({ aud: '"orders\\u0000"' })],
    ['the audience in a list in a list', but({ aud: '[["orders"]]' })],
    ['the audience beside a number', but({ aud: '["orders",7]' })],
    ['the audience beside null', but({ aud: '[null,"orders"]' })],
    ['the audience as a key', but({ aud: '{"orders":true}' })],
    ['the audience elsewhere', but({ aud: '', x: '[["aud","orders"]]' })],
    ['a nested audience', but({ aud: '', x: '{"aud":"orders"}' })],
    ['an empty audience', but({ aud: '""' })],
    ['audience true', but({ aud: 'true' })],
    // Who calls.
    ['no sub', but({ sub: '' })],
    ['sub null', but({ sub: 'null' })],
    ['sub true', but({ sub: 'true' })],
    ['sub 7.5', but({ sub: '7.5' })],
    ['sub 7e0', but({ sub: '7e0' })],
    ['sub -7', but({ sub: '-7' })],
    ['sub beyond 15 digits', but({ sub: '1000000000000000' })],
    ['sub of a list', but({ sub: '["user-7"]' })],
    ['sub with NUL and more', but({ sub: '"user-7\\u0000admin"' })],
    ['sub with the mark of a number', but({ sub: '"#7"' })],
    ['sub elsewhere', but({ sub: '', x: '[["sub","admin"]]' })],
  ])('%s', (_, token) => refused(token));

  test.each<[string, string]>([
    ['alg twice', '{"alg":"none","alg":"RS256","kid":"rsa-1"}'],
    ['kid twice', '{"alg":"RS256","kid":"x","kid":"rsa-1"}'],
    ['crit', '{"alg":"RS256","kid":"rsa-1","crit":["exp"]}'],
    ['an empty crit', '{"alg":"RS256","kid":"rsa-1","crit":[]}'],
    ['crit of another type', '{"alg":"RS256","kid":"rsa-1","crit":"exp"}'],
    ['crit null', '{"alg":"RS256","kid":"rsa-1","crit":null}'],
    ['crit false', '{"alg":"RS256","kid":"rsa-1","crit":false}'],
    ['alg as a list', '{"alg":["RS256"],"kid":"rsa-1"}'],
    ['alg with NUL', '{"alg":"RS256\\u0000","kid":"rsa-1"}'],
    ['alg in another object', '{"x":{"alg":"RS256"},"kid":"rsa-1"}'],
    ['kid as a list', '{"alg":"RS256","kid":["rsa-1"]}'],
    ['kid with NUL', '{"alg":"RS256","kid":"rsa-1\\u0000"}'],
    ['kid with a blank', '{"alg":"RS256","kid":"rsa-1 "}'],
    ['text behind it', '{"alg":"RS256","kid":"rsa-1"} {}'],
    ['a list', '["RS256"]'],
  ])('a header with %s', (_, header) => refused(withHeader(header)));
});

describe('signed, and taken', () => {
  test.each<[string, string, ...string[]]>([
    ['exp with an exponent', but({ exp: '4.1e9' })],
    ['exp not whole', but({ exp: `${soon}.75` })],
    ['exp with a capital E', but({ exp: '41E8' })],
    ['the issuer with its slashes escaped', but({ iss: `"${issuer.name.replaceAll('/', '\\/')}"` })],
    ['the issuer with letters escaped', but({ iss: `"${issuer.name.replace('l', '\\u006c')}"` })],
    ['a name with letters escaped', but({ aud: '' }, '"\\u0061ud":"orders"')],
    ['white space everywhere', signed(rsa, JSON.stringify(claims(), null, '\t'))],
    [
      'the audience at the end of fifty',
      but({ aud: JSON.stringify([...Array(50).keys()].map(String).concat('orders')) }),
    ],
    ['what looks like another claim', but({ x: '[["sub","admin"],{"sub":"admin"}]' })],
    ['a text that looks like the end', but({ x: '"\\"}"' })],
    ['letters of all languages', but({ x: '"é😀\\ud83d\\ude00"' })],
    ['a name beyond all names', but({}, '"__proto__":{"sub":"admin"}')],
    ['a sub that is a number', but({ sub: '7' }), 'jwt:bcaee825:#7'],
    ['a sub that is a large number', but({ sub: '999999999999999' }), 'jwt:bcaee825:#999999999999999'],
    ['a sub that looks like a number', but({ sub: '"7"' }), 'jwt:bcaee825:7'],
  ])('%s', (_, token, ...consumer) => passes(token, ...consumer));

  test('the same sub of another issuer is another caller', async () => {
    const token = signed(attacked.foreign, claims({ iss: neighbour.name }));
    const { seen } = attacked.pair.pool('neighbour');
    await attacked.pair.call(0, '/neighbour', { headers: { Authorization: `Bearer ${token}` } });
    expect(seen.at(-1)?.headers['x-consumer-id']).toMatch(/^jwt:(?!bcaee825)[0-9a-f]{8}:user-7$/);
  });
});

test('a caller is told which limit its token met', async () => {
  const detailOf = async (token: string) =>
    JSON.parse(
      (await attacked.pair.call(0, '/orders', { headers: { Authorization: `Bearer ${token}` } })).body,
    ).detail;
  expect(await detailOf(good({ padding: 'p'.repeat(5000) }))).toBe(
    'The token has more than 4096 characters.',
  );
  expect(await detailOf(good({ sub: 'user 7' }))).toBe(
    'The claim sub does not name a caller: 1 to 60 letters, digits and the usual signs, or a whole number.',
  );
  expect(await detailOf(but({}, '"sub":"x"'))).toBe('The token is not sound JSON.');
});

test('whatever a claim that nobody asks for may be, it decides nothing', async () => {
  const names = fc
    .stringMatching(/^[a-z]{1,8}$/)
    .filter((name) => !['iss', 'sub', 'aud', 'exp', 'nbf', 'iat'].includes(name));
  await fc.assert(
    fc.asyncProperty(fc.dictionary(names, fc.jsonValue({ maxDepth: 2 }), { maxKeys: 3 }), async (more) => {
      const token = good(more);
      if (token.length > 4096) return;
      await passes(token);
    }),
    { numRuns: 60 },
  );
});
