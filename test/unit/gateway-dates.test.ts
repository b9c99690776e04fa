/** Proves that the gateway reads the dates of HTTP in their three forms, and takes nothing else for one. */
import { afterAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { LuaRunner } from './support/lua-runner';

const now = Date.UTC(2026, 10, 27) / 1000;
const runner = new LuaRunner(['dates.lua'], `  return dofile('dates.lua').read(parts[1], ${now}) or nil`);
afterAll(() => runner.remove());

const read = (texts: readonly string[]) =>
  runner.run(texts.map((text) => [text])).map((one) => (one === 'nil' ? undefined : Number(one)));

const days = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

/** The three forms of RFC 9110, section 5.6.7. */
const forms: Record<string, (date: Date) => string> = {
  fixed: (date) => date.toUTCString(),
  'RFC 850': (date) => {
    const [, day, month, year, time] = date.toUTCString().split(' ');
    return `${days[date.getUTCDay()]}, ${day}-${month}-${year?.slice(2)} ${time} GMT`;
  },
  asctime: (date) => {
    const [name, , month, year, time] = date.toUTCString().split(' ');
    return `${name?.slice(0, 3)} ${month} ${String(date.getUTCDate()).padStart(2)} ${time} ${year}`;
  },
};

test('known ones', () => {
  expect(
    read([
      'Sun, 06 Nov 1994 08:49:37 GMT',
      'Sunday, 06-Nov-94 08:49:37 GMT',
      'Sun Nov  6 08:49:37 1994',
      'Thu, 01 Jan 1970 00:00:00 GMT',
      'Tue, 29 Feb 2000 23:59:60 GMT',
      'sUN, 06 nOV 1994 08:49:37 gmt',
      'Sun, 21 Nov 2286 04:46:39 GMT',
      'Friday, 27-Nov-76 00:00:00 GMT',
      'Saturday, 27-Nov-77 00:00:00 GMT',
    ]),
  ).toEqual([
    ...[784_111_777, 784_111_777, 784_111_777, 0, 951_868_800, 784_111_777],
    Date.UTC(2286, 10, 21, 4, 46, 39) / 1000,
    Date.UTC(2076, 10, 27) / 1000,
    Date.UTC(1977, 10, 27) / 1000,
  ]);
});

test.each(Object.entries(forms))('any date in the form %s', (name, form) => {
  // Two digits stand for the years up to 50 from now.
  const range =
    name === 'RFC 850'
      ? { min: new Date(Date.UTC(1977, 0, 1)), max: new Date(Date.UTC(2076, 11, 31)) }
      : { min: new Date(Date.UTC(1970, 0, 1)), max: new Date(Date.UTC(9999, 11, 31)) };
  const dates = fc.sample(fc.date({ ...range, noInvalidDate: true }), { numRuns: 3000, seed: 7 });
  expect(read(dates.map(form))).toEqual(dates.map((date) => Math.floor(date.getTime() / 1000)));
});

test('each day of the years around a leap day', () => {
  const first = [1899, 1970, 1999, 2000, 2027, 2099, 2100, 2399].map((year) => Date.UTC(year, 11, 1));
  const dates = first.flatMap((start) =>
    Array.from({ length: 120 }, (_, day) => new Date(start + day * 86_400_000)),
  );
  expect(read(dates.map((date) => date.toUTCString()))).toEqual(dates.map((date) => date.getTime() / 1000));
});

const none = [
  ...['', '0', '-1', 'now', '784111777', 'Sun', 'Sun, 06 Nov 1994', 'Sun, 06 Nov 1994 08:49:37'],
  ...['Sun, 06 Nov 1994 08:49:37 UTC', 'Sun, 06 Nov 1994 08:49:37 AEST', 'Sun, 06 Nov 1994 08:49:37 +0000'],
  ...['Sun, 06 Nov 1994 8:49:37 GMT', 'Sun, 6 Nov 1994 08:49:37 GMT', 'Sun, 06 Nov 94 08:49:37 GMT'],
  ...['Sun,  06 Nov 1994 08:49:37 GMT', 'Sun, 06 Nov 1994  08:49:37 GMT', ' Sun, 06 Nov 1994 08:49:37 GMT'],
  ...['Sun 06 Nov 1994 08:49:37 GMT', 'Sun, 06-Nov-1994 08:49:37 GMT', 'Sun, 06 Nov 1994 08.49.37 GMT'],
  ...['Sun, 06 Nox 1994 08:49:37 GMT', 'Sux, 06 Nov 1994 08:49:37 GMT', 'Sunday, 06 Nov 1994 08:49:37 GMT'],
  ...['Sun, 00 Nov 1994 08:49:37 GMT', 'Sun, 31 Nov 1994 08:49:37 GMT', 'Sun, 30 Feb 2000 08:49:37 GMT'],
  ...['Sun, 29 Feb 2100 08:49:37 GMT', 'Sun, 29 Feb 2023 08:49:37 GMT', 'Sun, 32 Jan 2023 08:49:37 GMT'],
  ...['Sun, 06 Nov 1994 24:00:00 GMT', 'Sun, 06 Nov 1994 08:60:00 GMT', 'Sun, 06 Nov 1994 08:49:61 GMT'],
  ...['Sun, 06 Nov 1994 08:49:37 GMT, Sun, 06 Nov 1994 08:49:37 GMT', 'Sun, 06 Nov 19944 08:49:37 GMT'],
  ...['Sund, 06-Nov-94 08:49:37 GMT', 'Sun, 06-Nov-94 08:49:37 GMT', 'Monnesday, 06-Nov-94 08:49:37 GMT'],
  ...['Sun Nov 6 08:49:37 1994', 'Sun Nov 06 08:49:37 1994 GMT', '"Sun, 06 Nov 1994 08:49:37 GMT"'],
];
test('what is none', () => {
  const given = read(none);
  expect(none.filter((_, index) => given[index] !== undefined)).toEqual([]);
});

test('a date with one character changed is none, or the date that it then says', () => {
  const changed = fc
    .tuple(
      fc.date({ min: new Date(0), max: new Date(Date.UTC(2500, 0, 1)), noInvalidDate: true }),
      fc.constantFrom(...Object.values(forms)),
      fc.nat(),
      fc.stringMatching(/^[ -~]?$/),
    )
    .map(([date, form, at, by]) => {
      const text = form(date);
      const place = at % text.length;
      return text.slice(0, place) + by + text.slice(place + 1);
    });
  const texts = fc.sample(changed, { numRuns: 4000, seed: 11 });
  const known = Object.values(forms);
  read(texts).forEach((seconds, index) => {
    if (seconds === undefined) return;
    const date = new Date(seconds * 1000);
    const plain = (text: string) =>
      text
        .toLowerCase()
        .replace(/^[a-z]+/, '')
        .replace('  ', ' 0');
    const text = plain(texts[index] ?? '').replace(/:60( |$)/, ':60$1');
    const written = known.map((form) => plain(form(date)));
    if (!/:60( |$)/.test(text)) expect([text, written.includes(text)]).toEqual([text, true]);
  });
});
