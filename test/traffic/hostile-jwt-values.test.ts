/** Proves that a signed token passes with sound values alone: every claim and header parameter is tried with every kind of value. */
import { expect, test } from '@jest/globals';
import { attackedByTokens } from './support/attacked-by-tokens';
import { nowSeconds, signed } from './support/issuer';

const attacked = attackedByTokens(96);
const { issuer, rsa } = attacked;

const soon = nowSeconds() + 600;
const long = nowSeconds() - 600;
const name = JSON.stringify(issuer.name);

/** Kinds of values, as they stand in the token: JSON and what only looks like it. */
const values: readonly string[] = [
  ...[
    'null',
    'true',
    'false',
    '[]',
    '{}',
    '[[]]',
    '[null]',
    '[{}]',
    '""',
    '" "',
    '"\\u0000"',
    '"null"',
    '"true"',
  ],
  ...['0', '-0', '1', '-1', '0.5', '1e1', '1e308', '1e309', '-1e309', '1e-400', '9223372036854775807'],
  ...[
    '9223372036854775808',
    '18446744073709551616',
    '99999999999',
    '100000000000',
    '1e11',
    '0x1',
    '01',
    '+1',
    '1.',
    '.1',
    '1e',
  ],
  ...[
    `${soon}`,
    `${soon}.5`,
    `${soon}e0`,
    `"${soon}"`,
    `[${soon}]`,
    `{"x":${soon}}`,
    `${long}`,
    `-${soon}`,
    `${soon}${soon}`,
  ],
  ...[
    name,
    `[${name}]`,
    `{"iss":${name}}`,
    `"${issuer.name}\\u0000"`,
    `"${issuer.name} "`,
    `" ${issuer.name}"`,
  ],
  ...[
    '"orders"',
    '["orders"]',
    '["x","orders"]',
    '["orders",1]',
    '["orders",null]',
    '{"orders":1}',
    '["orders",["x"]]',
    '"orders "',
  ],
  ...[
    '"Orders"',
    '"orders,x"',
    '"x orders"',
    '"order"',
    '"orders\\u0000x"',
    '"\\u006frders"',
    '"app-1"',
    '["app-1"]',
    '"app-1\\n"',
  ],
  ...[
    '"user-7"',
    '["user-7"]',
    '"user 7"',
    '"user-7\\u0000"',
    '"#7"',
    '"jwt:x"',
    '"é"',
    `"${'a'.repeat(60)}"`,
    `"${'a'.repeat(61)}"`,
  ],
  ...[
    '"RS256"',
    '"none"',
    '"None"',
    '"HS256"',
    '"rs256"',
    '"RS256\\u0000"',
    '["RS256"]',
    '"PS256"',
    '"rsa-1"',
    '"../rsa-1"',
    '"rsa-1 "',
  ],
  ...[
    'NaN',
    'Infinity',
    'undefined',
    "'x'",
    '"\\ud800"',
    '"\\x41"',
    '"a\nb"',
    '{"a":1,"a":2}',
    '[1,]',
    '1 2',
    '"x',
    '/**/1',
  ],
];

const isTime = (text: string) =>
  /^(0|-0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/.test(text) && Number(text) <= 99_999_999_999;
const isJson = (text: string) => {
  try {
    JSON.parse(text);
  } catch {
    return false;
  }
  return !['"\\ud800"', '{"a":1,"a":2}'].includes(text) && !/^-?1e309$/.test(text);
};

/** Which values of a claim are sound; read from RFC 7519 and the policy's manual, not from the Lua. */
const sound: Readonly<Record<string, (text: string) => boolean>> = {
  iss: (text) => text === name,
  aud: (text) => ['"orders"', '"\\u006frders"', '["orders"]', '["x","orders"]'].includes(text),
  exp: (text) => isTime(text) && Number(text) > nowSeconds(),
  nbf: (text) => isTime(text) && Number(text) <= nowSeconds(),
  iat: (text) => isTime(text) && Number(text) <= nowSeconds(),
  sub: (text) =>
    /^"[A-Za-z0-9._:@|-]{1,60}"$/.test(text) ||
    /^(0|-0|[1-9]\d{0,14})$/.test(text) ||
    text === '"\\u006frders"' ||
    text === name.replace(/\//g, '_'),
  client_id: (text) => text === '"app-1"',
  // Nobody asks for it: it must be JSON, and decides nothing.
  other: isJson,
};

const written = (members: Readonly<Record<string, string>>) =>
  `{${Object.entries(members)
    .map(([one, value]) => `"${one}":${value}`)
    .join(',')}}`;

const good = { iss: name, sub: '"user-7"', aud: '"orders"', client_id: '"app-1"', exp: `${soon}` };

async function passed(tokens: ReadonlyMap<string, string>): Promise<string[]> {
  const seen = () => attacked.pair.pool('clients').seen.length;
  const all: string[] = [];
  for (const [text, token] of tokens) {
    const before = seen();
    const reply = await attacked.pair.call(0, '/clients', { headers: { Authorization: `Bearer ${token}` } });
    expect([text, reply.status === 200 ? 200 : 401, seen() - before]).toEqual([
      text,
      reply.status,
      reply.status === 200 ? 1 : 0,
    ]);
    if (reply.status === 200) all.push(text);
  }
  return all;
}

test.each(Object.keys(sound))(
  'the claim %s, with each of 99 values',
  async (claim) => {
    const tokens = new Map(values.map((value) => [value, signed(rsa, written({ ...good, [claim]: value }))]));
    expect(tokens.size).toBe(99);
    const expected = values.filter((value) => sound[claim]?.(value) && isJson(value));
    expect(await passed(tokens)).toEqual(expected);
  },
  60_000,
);

test.each<[string, readonly string[]]>([
  ['alg', ['"RS256"']],
  ['kid', ['"rsa-1"']],
  // What must be understood is not, whatever it says.
  ['crit', []],
])(
  'the header parameter %s, with each of 99 values',
  async (parameter, expected) => {
    const header = { alg: '"RS256"', kid: '"rsa-1"' };
    const tokens = new Map(
      values.map((value) => [value, signed(rsa, written(good), written({ ...header, [parameter]: value }))]),
    );
    expect(await passed(tokens)).toEqual(expected);
  },
  60_000,
);

test('without each of the claims that are needed', async () => {
  const tokens = new Map(
    Object.keys(good).map((claim) => {
      const { [claim as keyof typeof good]: _, ...rest } = good;
      return [claim, signed(rsa, written(rest))];
    }),
  );
  expect(await passed(tokens)).toEqual([]);
});
