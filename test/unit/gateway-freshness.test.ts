/** Proves how long an answer may be kept by what it says of itself: a table, and all that a generator makes of it. */
import { afterAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { LuaRunner } from './support/lua-runner';

const now = Date.UTC(2026, 10, 27) / 1000;
const names = ['cdn-cache-control', 'cache-control', 'expires', 'date', 'age'] as const;
type Lines = Partial<Record<(typeof names)[number], readonly string[]>>;
interface Asked {
  readonly lines: Lines;
  readonly most: number;
  readonly respect: boolean;
  readonly preset?: number;
}

/** Lines of a header are joined by a line feed, which none has in it. */
const runner = new LuaRunner(
  ['dates.lua', 'freshness.lua'],
  `
  local lines = {}
  for at, name in ipairs({ '${names.join("', '")}' }) do
    lines[name] = {}
    for line in parts[at]:gmatch('([^\\n]*)\\n') do table.insert(lines[name], line) end
  end
  local freshness = dofile('freshness.lua')
  local ttl = freshness.lifetime(lines, ${now}, tonumber(parts[6]), parts[7] == 'true', tonumber(parts[8]))
  return ttl .. ' ' .. tostring(freshness.age(lines))`,
);
afterAll(() => runner.remove());

function ask(asked: readonly Asked[]): { ttl: number; age?: number }[] {
  const inputs = asked.map(({ lines, most, respect, preset }) => [
    ...names.map((name) => (lines[name] ?? []).map((line) => `${line}\n`).join('')),
    String(most),
    String(respect),
    String(preset ?? ''),
  ]);
  return runner.run(inputs).map((answer) => {
    const [ttl, age] = answer.split(' ');
    return { ttl: Number(ttl), ...(age === 'nil' ? {} : { age: Number(age) }) };
  });
}

const day = 86_400;
const lifetime = (lines: Lines, rest: Partial<Asked> = {}) =>
  ask([{ lines, most: 4_000_000_000, respect: true, ...rest }])[0]?.ttl;
const said = (...lines: string[]): Lines => ({ 'cache-control': lines });
const targeted = (...lines: string[]): Lines => ({ 'cdn-cache-control': lines });
const httpDate = (fromNow: number) => [new Date((now + fromNow) * 1000).toUTCString()];
const longest = 2 ** 31;

describe('Cache-Control', () => {
  test.each<[string, number]>([
    ['max-age=60', 60],
    ['Max-Age=60', 60],
    ['max-age="60"', 60],
    ['max-age=0060', 60],
    ['public, max-age=60', 60],
    ['max-age=60,public', 60],
    [' max-age=60 ', 60],
    [',, max-age=60 ,', 60],
    ['s-maxage=60', 60],
    ['max-age=0, s-maxage=60', 60],
    ['s-maxage=60, max-age=0', 60],
    ['max-age=60, s-maxage=0', 0],
    ['max-age=60, max-age=60', 60],
    ['max-age=60, max-age=61', 0],
    ['s-maxage=60, s-maxage=61, max-age=60', 0],
    ['max-age', 0],
    ['max-age=', 0],
    ['max-age=""', 0],
    ['max-age=-1', 0],
    ['max-age=+60', 0],
    ['max-age=60s', 0],
    ['max-age=6e1', 0],
    ['max-age=60.5', 0],
    ['max-age= 60', 0],
    ['max-age =60', 0],
    ["max-age='60'", 0],
    ['max-age=0x3c', 0],
    ['x-max-age=60', 0],
    ['max-aged=60', 0],
    ['a="max-age=60"', 0],
    ['a="b, max-age=60", max-age=1', 1],
    ['a="b\\", max-age=60", max-age=1', 1],
    ['private="max-age=60"', 0],
    ['max-age=2147483647', longest - 1],
    ['max-age=2147483648', longest],
    ['max-age=2147483649', longest],
    ['max-age=9999999999', longest],
    ['max-age=99999999999999999999999999', longest],
    ['no-store, max-age=60', 0],
    ['max-age=60, NO-STORE', 0],
    ['max-age=60, no-store=1', 0],
    ['max-age=60, no-store x', 0],
    ['max-age=60, private', 0],
    ['max-age=60, private="x-a, x-b"', 0],
    ['max-age=60, no-cache', 0],
    ['max-age=60, no-cache="set-cookie"', 0],
    ['max-age=60, a="b, no-store', 0],
    ['max-age=60, a="no-store"', 60],
    ['max-age=60, no-stores, xno-cache, private-x', 60],
    ['must-revalidate, max-age=60', 60],
  ])('%s', (text, seconds) => {
    expect(lifetime(said(text))).toBe(seconds);
  });

  test('of several lines is one list', () => {
    expect(lifetime(said('public', 'max-age=60'))).toBe(60);
    expect(lifetime(said('max-age=60', 'no-store'))).toBe(0);
  });

  test.each(['no-store', 'private', 'no-cache', 'private="a"'])('%s counts whoever says how long', (word) => {
    expect(lifetime(said(word), { respect: false, most: 30 })).toBe(0);
    expect(lifetime(said('max-age=0'), { respect: false, most: 30 })).toBe(30);
  });
});

test.each([...Array.from({ length: 30 }, (_, digits) => '9'.repeat(digits + 1))])(
  'max-age=%s and as an age',
  (digits) => {
    const expected = Math.min(Number(digits), longest);
    expect(lifetime(said(`max-age=${digits}`))).toBe(expected);
    expect(lifetime(targeted(`max-age=${digits}`))).toBe(digits.length > 15 ? 0 : expected);
    expect(ask([{ lines: { age: [digits] }, most: 1, respect: true }])).toEqual([{ ttl: 0, age: expected }]);
  },
);

describe('CDN-Cache-Control (RFC 9213)', () => {
  const both = (cdn: string, plain: string): Lines => ({ ...targeted(cdn), ...said(plain) });
  test.each<[string, string, number]>([
    ['max-age=60', 'max-age=1', 60],
    ['max-age=60', 'no-store', 60],
    ['max-age=1', 'max-age=60', 1],
    ['max-age=60, s-maxage=70', 'no-store', 70],
    ['a;b=1;c, max-age=60;d="x"', 'no-store', 60],
    ['a=b/c, d=:YQ==:, e=?1, f=1.5, max-age=60', 'no-store', 60],
    ['no-store', 'max-age=60', 0],
    ['no-store=?0, max-age=60', 'max-age=1', 60],
    ['private', 'max-age=60', 0],
    ['no-cache', 'max-age=60', 0],
    ['public', 'max-age=60', 0],
    ['max-age="60"', 'no-store', 0],
    ['max-age=60.0', 'max-age=1', 0],
    // No dictionary: as if it were not there.
    ['', 'max-age=60', 60],
    ['max-age=60, &&&', 'max-age=1', 1],
    ['MAX-AGE=60', 'max-age=1', 1],
    ['max-age =60', 'max-age=1', 1],
    ['max-age= 60', 'max-age=1', 1],
    ['max-age=60,', 'max-age=1', 1],
    [', max-age=60', 'max-age=1', 1],
    ['no-store x', 'max-age=1', 1],
    ['max-age=1234567890123456', 'max-age=1', 1],
  ])('%j before %s', (cdn, plain, seconds) => {
    expect(lifetime(both(cdn, plain))).toBe(seconds);
  });

  test('takes the place of Expires too', () => {
    expect(lifetime({ ...targeted('public'), expires: httpDate(60) })).toBe(0);
    expect(lifetime({ ...targeted('max-age=9'), expires: httpDate(60) })).toBe(9);
    expect(lifetime({ ...targeted('&'), expires: httpDate(60) })).toBe(60);
  });
});

describe('Expires', () => {
  test.each<[string, Lines, number]>([
    ['in an hour', { expires: httpDate(3600) }, 3600],
    ['an hour after Date', { expires: httpDate(3600), date: httpDate(-60) }, 3660],
    ['before Date', { expires: httpDate(300), date: httpDate(400) }, 0],
    ['with a Date that is none', { expires: httpDate(10), date: ['foo'] }, 10],
    ['with two Dates', { expires: httpDate(10), date: [...httpDate(-5), ...httpDate(5)] }, 10],
    ['in the past', { expires: httpDate(-1) }, 0],
    ['now', { expires: httpDate(0) }, 0],
    ['that is none', { expires: ['0'] }, 0],
    ['twice', { expires: [...httpDate(60), ...httpDate(60)] }, 0],
    ['less its age', { expires: httpDate(60), age: ['20'] }, 40],
    ['after max-age', { expires: httpDate(3600), ...said('max-age=60') }, 60],
    ['after an invalid max-age', { expires: httpDate(3600), ...said('max-age=x') }, 0],
    ['with no-store', { expires: httpDate(3600), ...said('no-store') }, 0],
  ])('%s', (_, lines, seconds) => {
    expect(lifetime(lines)).toBe(seconds);
    expect(lifetime(lines, { most: 5 })).toBe(Math.min(5, seconds));
    // The default is for what says nothing.
    expect(lifetime(lines, { preset: 7 })).toBe(seconds);
  });
});

describe('Age', () => {
  test.each<[string[], number | undefined]>([
    [['30'], 30],
    [[' 30 '], 30],
    [['0'], 0],
    [['30, 0'], 30],
    [['0, 30'], 0],
    [['30', '0'], 30],
    [['0', '30'], 0],
    [['2147483648'], longest],
    [['99999999999999999999'], longest],
    [['abc'], undefined],
    [['-30'], undefined],
    [['+30'], undefined],
    [['30.0'], undefined],
    [['30a'], undefined],
    [['a30'], undefined],
    [['x, 30'], undefined],
    [['x', '30'], undefined],
    [[''], undefined],
    [['', '30'], undefined],
    [['3 0'], undefined],
    [[], undefined],
  ])('%j', (age, seconds) => {
    const [answer] = ask([{ lines: { age, ...said('max-age=3600') }, most: 4_000_000_000, respect: true }]);
    expect(answer).toEqual({
      ttl: Math.max(0, 3600 - (seconds ?? 0)),
      ...(seconds === undefined ? {} : { age: seconds }),
    });
  });
});

test.each([
  [{}, 7],
  [said('public'), 7],
  [said('max-age=5'), 5],
  [said('max-age=0'), 0],
  [{ age: ['3'] }, 4],
])('%j with a default of 7', (lines: Lines, seconds) => {
  expect(lifetime(lines, { preset: 7 })).toBe(seconds);
  expect(lifetime(lines, { respect: false, most: day })).toBe(day);
});

/** The same in other words, for what is well formed: directives are known, and none stands twice. */
function expected({ lines, most, respect, preset }: Asked): number {
  const words = new Map(
    (lines['cdn-cache-control'] ?? lines['cache-control'] ?? []).flatMap((line) =>
      line.split(', ').map((one): [string, string | undefined] => {
        const [name = '', value] = one.split('=');
        return [name, value];
      }),
    ),
  );
  if (['no-store', 'no-cache', 'private'].some((word) => words.has(word))) return 0;
  if (!respect) return most;
  const number = words.get('s-maxage') ?? words.get('max-age');
  const expires = lines['cdn-cache-control'] ? undefined : lines.expires?.[0];
  const seconds = () => {
    if (number !== undefined) return Math.min(Number(number), longest);
    if (expires === undefined) return preset ?? 0;
    return (Date.parse(expires) - (lines.date ? Date.parse(lines.date[0] ?? '') : now * 1000)) / 1000;
  };
  return Math.max(0, Math.min(most, seconds() - Number(lines.age?.[0] ?? 0)));
}

test('whatever is well formed', () => {
  const seconds = fc.oneof(fc.nat(100), fc.nat(100 * day), fc.nat({ max: 10 ** 11 }));
  const directive = fc.oneof(
    fc.tuple(fc.constantFrom('max-age', 's-maxage'), seconds).map(([name, value]) => `${name}=${value}`),
    fc.constantFrom('public', 'must-revalidate', 'immutable', 'proxy-revalidate', 'x=y', 'stale-if-error=60'),
    fc.constantFrom('public', 'no-transform', 'no-store', 'private', 'no-cache'),
  );
  const control = fc
    .uniqueArray(directive, { minLength: 1, maxLength: 4, selector: (one) => one.split('=')[0] })
    .map((words) => [words.join(', ')]);
  const date = fc.integer({ min: -day, max: 30 * day }).map(httpDate);
  const asked: fc.Arbitrary<Asked> = fc.record(
    {
      lines: fc.record(
        {
          'cdn-cache-control': control,
          'cache-control': control,
          expires: date,
          date,
          age: fc.nat(200).map((value) => [String(value)]),
        },
        { requiredKeys: [] },
      ),
      most: fc.constantFrom(1, 60, day, 4_000_000_000),
      respect: fc.boolean(),
      preset: fc.constantFrom(1, 60),
    },
    { requiredKeys: ['lines', 'most', 'respect'] },
  );
  const all = fc.sample(asked, { numRuns: 5000, seed: 3 });
  ask(all).forEach(({ ttl }, index) => {
    const one = all[index] as Asked;
    expect([one, ttl]).toEqual([one, expected(one)]);
  });
});

test('whatever is not: what forbids is found, and nothing ends in an error', () => {
  const junk = fc.stringMatching(/^[ -~\x80-\xff]{0,30}$/);
  const forbidding = fc
    .tuple(junk, fc.constantFrom('no-store', 'Private', 'NO-CACHE'), junk)
    .map(([before, word, after]) => [`${before.replaceAll('"', '').replaceAll('\\', '')},${word},${after}`]);
  const samples = fc.sample(fc.tuple(junk, forbidding, fc.record({ expires: junk, date: junk, age: junk })), {
    numRuns: 3000,
    seed: 5,
  });
  const asked = samples.flatMap(([text, control, { expires, date, age }]): Asked[] => {
    const rest = { expires: [expires], date: [date], age: [age], 'cdn-cache-control': [`"${text}`] };
    return [
      { lines: { ...rest, 'cache-control': control }, most: day, respect: false },
      { lines: { ...rest, 'cache-control': [text] }, most: day, respect: true },
    ];
  });
  const answers = ask(asked);
  expect(answers).toHaveLength(6000);
  expect(answers.filter((_, index) => index % 2 === 0).every(({ ttl }) => ttl === 0)).toBe(true);
  expect(answers.every(({ ttl }) => ttl >= 0 && ttl <= day)).toBe(true);
});
