/** The formats of a text in a JSON body. */
import { isIPv4, isIPv6 } from 'node:net';
import { afterAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { BodyChecker, type Schema } from './support/body-checker';

const checker = new BodyChecker();
afterAll(() => checker.remove());

const answers = (schema: Schema, ...texts: (string | Buffer)[]) =>
  checker.check([{ schema, texts }])[0] as string[];

describe('formats', () => {
  const agrees = (format: string, texts: readonly string[], good: (text: string) => boolean) => {
    const all = answers({ format }, ...texts.map((text) => JSON.stringify(text)));
    const other = texts.filter((text, index) => (all[index] === 'good') !== good(text));
    expect(other).toEqual([]);
    expect(texts.some(good)).toBe(true);
  };
  const two = (number: number) => String(number).padStart(2, '0');

  test('date: every day of the years around each kind of leap year, and those beside', () => {
    const years = [0, 4, 1900, 1999, 2000, 2023, 2024, 2100, 9999];
    const texts = years.flatMap((year) =>
      Array.from({ length: 14 }, (_, month) =>
        Array.from({ length: 33 }, (_, day) => `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}`),
      ).flat(),
    );
    const isDay = (text: string) => {
      const day = new Date(`${text}T00:00:00Z`);
      return !Number.isNaN(day.getTime()) && day.toISOString().slice(0, 10) === text;
    };
    agrees('date', texts, isDay);
    const odd = [
      '2024-1-01',
      '2024-01-1',
      '20240101',
      '2024-01-01Z',
      ' 2024-01-01',
      '2024-01-01\n',
      '+2024-01-01',
      '２024-01-01',
      '',
    ];
    agrees('date', [...odd, '2024-01-01'], (text) => text === '2024-01-01');
  });

  test('time: bounds, fractions, offsets, leap seconds', () => {
    const good = [
      '00:00:00Z',
      '23:59:59z',
      '12:00:00.1Z',
      '12:00:00.123456789+14:00',
      '12:00:00-23:59',
      '23:59:60Z',
      '00:59:60+01:00',
      '15:59:60-08:00',
    ];
    const bad = [
      '24:00:00Z',
      '12:60:00Z',
      '12:00:61Z',
      '12:00:60Z',
      '23:59:60+01:00',
      '12:00:00',
      '12:00:00.Z',
      '12:00:00,1Z',
      '12:00:00+24:00',
      '12:00:00+01:60',
      '12:00:00+0100',
      '12:00Z',
      '1:00:00Z',
      '12:00:00 Z',
      '12:00:00ZZ',
      '12:00:00.1',
    ];
    agrees('time', [...good, ...bad], (text) => good.includes(text));
    agrees(
      'date-time',
      [...good, ...bad].map((text) => `2024-02-29T${text}`),
      (text) => good.includes(text.slice(11)),
    );
    agrees(
      'date-time',
      [
        '2024-02-29T00:00:00Z',
        '2023-02-29T00:00:00Z',
        '2024-02-29 00:00:00Z',
        '2024-02-29t00:00:00Z',
        '2024-02-29',
      ],
      (text) => /^2024.*[Tt]0/.test(text),
    );
  });

  test('uuid', () => {
    const uuid = '0123abCD-0123-4567-89ab-0123456789Ef';
    const bad = [
      `urn:uuid:${uuid}`,
      `{${uuid}}`,
      uuid.replaceAll('-', ''),
      uuid.replace('E', 'g'),
      `${uuid}0`,
      ` ${uuid}`,
      '',
    ];
    agrees('uuid', [uuid, '00000000-0000-0000-0000-000000000000', ...bad], (text) => !bad.includes(text));
  });

  test('addresses: as Node has them, generated and changed', () => {
    const four = fc.sample(fc.oneof(fc.ipV4(), fc.ipV4Extended()), 1000);
    const six = fc.sample(fc.ipV6(), 2000);
    const pieces = fc.array(
      fc.constantFrom('0', '1', '00', '255', '256', 'ffff', 'g', '.', ':', '::', '1.2.3.4', '%'),
      { maxLength: 12 },
    );
    const texts = [...four, ...six, ...fc.sample(pieces, 4000).map((parts) => parts.join(''))];
    const changed = texts.flatMap((text) => [
      text,
      text.slice(1),
      text.slice(0, -1),
      text.replace(':', '::'),
      text.replace('.', '..'),
    ]);
    agrees('ipv4', changed, isIPv4);
    agrees('ipv6', changed, (text) => isIPv6(text) && !text.includes('%'));
  });
});
