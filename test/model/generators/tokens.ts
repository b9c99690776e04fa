/** Two issuers, and tokens of theirs: most of them good in most ways. */
import fc from 'fast-check';
import { Issuer, issuerKey, type Json, jwkOf, nowSeconds, signed } from '../../traffic/support/issuer';

const net = '127.30.170';
export const issuers = [
  new Issuer('https://login.test', `${net}.1`),
  new Issuer('https://other.test/x', `${net}.2`),
];
const keys = [
  [issuerKey('rsa-1'), issuerKey('ec-1', 'ES256')],
  [issuerKey('rsa-2'), issuerKey('ec-2', 'ES256')],
];
const stranger = issuerKey('rsa-1');
issuers.forEach((issuer, index) => {
  issuer.keys = (keys[index] ?? []).map(jwkOf);
});

/** Public keys of each issuer, by `kid`. */
export const publicKeys = Object.fromEntries(
  issuers.map(({ name }, index) => [
    name,
    Object.fromEntries((keys[index] ?? []).map(({ kid, publicKey }) => [kid, publicKey])),
  ]),
);

const mostly = <Value>(good: fc.Arbitrary<Value>, bad: fc.Arbitrary<Value>) =>
  fc.oneof({ arbitrary: good, weight: 19 }, { arbitrary: bad, weight: 1 });
const odd = fc.constantFrom<unknown>(null, true, 7, 7.5, 'x', '', [], ['x'], {}, [1], -1, 1e12);
const time = (seconds: number) => fc.constant(nowSeconds() + seconds);

const claims = fc.record(
  {
    // Undefined: not there.
    exp: mostly<unknown>(
      time(86_400),
      fc.oneof(odd, fc.constant(undefined), time(-1000), time(86_400.5), time(86_400).map(String)),
    ),
    nbf: mostly<unknown>(time(-1000), fc.oneof(odd, time(86_400))),
    iat: mostly<unknown>(time(-1000), fc.oneof(odd, time(86_400))),
    aud: mostly<unknown>(fc.constantFrom<unknown>('orders', ['shop'], ['x', 'orders']), odd),
    client_id: mostly<unknown>(fc.constantFrom('app-1', 'app-2'), odd),
    sub: mostly<unknown>(
      fc.constantFrom<unknown>('app-1', 'ann', 7, '7'),
      fc.oneof(odd, fc.constantFrom('a b', 'ü', 'x'.repeat(61))),
    ),
    scope: mostly<unknown>(fc.constantFrom<unknown>('read', 'read write', ['read', 'admin'], 'admin'), odd),
    scp: fc.constantFrom<unknown>('write', ['write'], 7),
    tier: fc.constantFrom<unknown>('gold', ['bronze', 'silver'], 'true', true, [['gold']], { gold: true }),
    level: fc.constantFrom<unknown>(7, '7', [7], 7.0, 70),
    realm: fc.constantFrom<unknown>({ name: 'ann', 'a.b': 7 }, { name: ['ann'] }, ['ann'], 'ann'),
    'https://shop.test/id': fc.constantFrom<unknown>('ann', 7, ['ann'], null),
  },
  { requiredKeys: ['exp', 'aud', 'sub'] },
);

const header = mostly<Json>(
  fc.constant({}),
  fc.constantFrom<Json>({ crit: ['x'] }, { kid: 'nobody' }, { alg: 'none' }, { alg: 'HS256' }, { kid: 7 }),
);

/** The same in other words, or what two readers could take for different things. */
const reworded: readonly ((text: string) => string | Buffer)[] = [
  (text) => text.replace('{', ' {\n'),
  (text) => text.replace(/("exp":\d+)/, '$1e0'),
  (text) => text.replace(/"exp":(\d{9})(\d)/, '"exp":$1.$2E1'),
  (text) => text.replaceAll('/', '\\/'),
  (text) => text.replace('"sub"', '"s\\u0075b"'),
  (text) => text.replace('{', '{"sub":"ann",'),
  (text) => text.replace(/\}$/, ',"s\\u0075b":"ann"}'),
  (text) => text.replace(/\}$/, ',"exp":9999999999}'),
  (text) => text.replace(/\}$/, ',"x":[["user","admin"]],"y":{"tier":"gold","scope":"read write"}}'),
  (text) => text.replace(/\}$/, ',"x":"\\ud800"}'),
  (text) => text.replace(/\}$/, ',"x":"\\ud83d\\ude00"}'),
  (text) => text.replace(/\}$/, ',"x":01}'),
  (text) => text.replace(/\}$/, ',"x":1e999}'),
  (text) => text.replace(/\}$/, `,"x":${'['.repeat(31)}${']'.repeat(31)}}`),
  (text) => text.replace(/\}$/, `,"x":${'['.repeat(32)}${']'.repeat(32)}}`),
  (text) => text.replace(/\}$/, ',"x":"\u0001"}'),
  (text) => text.replace(/"(read|ann|gold|orders)"/, '"$1\\u0000"'),
  (text) => `${text}{}`,
  (text) => `\ufeff${text}`,
  (text) => text.slice(0, -1),
  (text) => Buffer.from(text.replace(/\}$/, ',"x":"\xff"}'), 'latin1'),
  (text) => Buffer.from(text.replace(/\}$/, ',"x":"\xed\xa0\x80"}'), 'latin1'),
];

const tokensOf = (of: number): fc.Arbitrary<string> =>
  fc
    .record({
      key: mostly(fc.constantFrom(...(keys[of] ?? [])), fc.constant(stranger)),
      claims,
      header,
      iss: mostly<unknown>(fc.constant(issuers[of]?.name), odd),
      reword: fc.oneof(
        { arbitrary: fc.constant((text: string) => text), weight: 3 },
        { arbitrary: fc.constantFrom(...reworded), weight: 1 },
      ),
    })
    .map(({ key, claims: said, header: first, iss, reword }) =>
      signed(key, reword(JSON.stringify({ iss, ...said })), first),
    );

const broken = fc.constantFrom(
  'x',
  'a.b',
  'a.b.c',
  'e30.e30.e30',
  `${'a'.repeat(2000)}.${'b'.repeat(2100)}.c`,
);

/** Values of `Authorization` of an issuer. */
export const authorizationsOf = (of: number): fc.Arbitrary<string> =>
  fc
    .tuple(mostly(fc.constant('Bearer '), fc.constant('bearer ')), mostly(tokensOf(of), broken))
    .map((parts) => parts.join(''));

/** Values that are of no issuer. */
export const noTokens = ['Basic YTpi', 'Bearerx', 'Bearer'];
