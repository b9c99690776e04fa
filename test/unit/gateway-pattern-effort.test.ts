/**
 * Proves that what a pattern is said to take at most is never exceeded: a program of the test's own goes back and tries
 * the next way, as PCRE2 does, and counts. Texts that are made to be slow are given to generated patterns.
 */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { longestMatched, type Pattern, patternProblem, readPattern } from '../../constructs/gateway/pattern';
import { effortOf } from '../../constructs/gateway/pattern-effort';

class Enough extends Error {}

/** Characters that are tried until it is known whether the whole text matches; no more than `most`. */
function triesOf(pattern: Pattern, text: string, most: number): number {
  let tries = 0;
  const takes = (mask: bigint, at: number): boolean => {
    if (++tries > most) throw new Enough();
    const code = text.charCodeAt(at);
    return at < text.length && code >= 0x20 && ((mask >> BigInt(code - 0x20)) & 1n) === 1n;
  };
  const match = (part: Pattern, at: number, go: (at: number) => boolean): boolean => {
    if (part.kind === 'set') return takes(part.mask, at) && go(at + 1);
    if (part.kind === 'any') return part.options.some((option) => match(option, at, go));
    if (part.kind === 'all') {
      const from = (index: number, here: number): boolean => {
        const next = part.parts[index];
        return next ? match(next, here, (there) => from(index + 1, there)) : go(here);
      };
      return from(0, at);
    }
    const { of, least, most: limit } = part;
    const round = (count: number, here: number): boolean => {
      const again = (there: number) =>
        there === here && count >= least ? go(there) : round(count + 1, there);
      return (count < limit && match(of, here, again)) || (count >= least && go(here));
    };
    return round(0, at);
  };
  try {
    match(pattern, 0, (at) => at === text.length);
  } catch (error) {
    if (!(error instanceof Enough)) throw error;
  }
  return tries;
}

/** Texts that make a program go back: a few characters again and again, and an end that does not fit. */
const slowText = fc
  .tuple(
    fc.stringMatching(/^[abc1]{0,3}$/),
    fc.stringMatching(/^[abc1]{1,4}$/),
    fc.integer({ min: 1, max: 60 }),
    fc.constantFrom('', '!', 'c', '1'),
  )
  .map(([start, unit, times, end]) => `${start}${unit.repeat(times)}`.slice(0, 59) + end);

const times = fc.constantFrom(
  '*',
  '+',
  '?',
  '{2}',
  '{3}',
  '{0,2}',
  '{1,3}',
  '{2,}',
  '{0,12}',
  '{1,40}',
  '{70}',
);
const { part } = fc.letrec<{ part: string; atom: string; group: string }>((tie) => ({
  atom: fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom('a', 'b', 'c', '[ab]', '[a-c]', '[^a]', '.', '\\d', '\\w') },
    { weight: 1, arbitrary: tie('group') },
  ),
  group: fc.array(tie('part'), { minLength: 1, maxLength: 3 }).map((options) => `(${options.join('|')})`),
  part: fc
    .array(fc.tuple(tie('atom'), fc.option(times, { nil: '' })), { minLength: 1, maxLength: 4 })
    .map((pieces) => pieces.map((piece) => piece.join('')).join('')),
}));
/** As the reader takes them, whether it would refuse them for the time that they take. */
const syntax = part.filter((text) => !/too large\.|characters\.|than 255/.test(patternProblem(text) ?? ''));

/** Read without the rule about time. */
const parsed = (text: string): Pattern | undefined => {
  const problem = patternProblem(text);
  return problem === undefined ? readPattern(text) : undefined;
};

describe('the count of what is tried', () => {
  const counted = 20_000;

  test('is never less than what is tried, for patterns that are taken', () => {
    let near = 0;
    fc.assert(
      fc.property(syntax, fc.array(slowText, { minLength: 3, maxLength: 3 }), (source, texts) => {
        const pattern = parsed(source);
        if (!pattern) return;
        const { tries } = effortOf(pattern, 60, Number.MAX_SAFE_INTEGER);
        for (const text of texts) {
          const real = triesOf(pattern, text, counted);
          expect({ source, text, holds: real <= tries, real, tries }).toMatchObject({ holds: true });
          if (real > tries / 3) near++;
        }
      }),
      { numRuns: 500 },
    );
    // A count that is always far too high would hold too.
    expect(near).toBeGreaterThan(100);
  });

  test('is exact where each character has one way, and where two parts share a text', () => {
    const tries = (source: string, longest: number) =>
      effortOf(readPattern(source), longest, Number.MAX_SAFE_INTEGER).tries;
    expect(tries('a', 10)).toBe(1);
    expect(tries('a+', 10)).toBe(11);
    expect(triesOf(readPattern('a+'), `${'a'.repeat(10)}`, 100)).toBe(11);
    expect(tries('a+a+', 3)).toBe(triesOf(readPattern('a+a+!'), 'aaa', 100) - 3);
    expect(tries('(abc)+', 9)).toBe(10);
  });
});

describe('patterns that are refused', () => {
  const twice = (one: string, other: string) =>
    `${one} and, after it, ${other} can take the same text, which is divided between them in too many ways and would take too long: make one of them, put something between them that neither takes, or bound them, such as {1,20}.`;
  const many = (one: string) =>
    `${one} can read the same text in too many ways, which would take too long: write it so that each text has one way.`;

  test.each([
    ['[a-z]+[a-z]+[a-z]+[a-z]+[0-9]', twice('[a-z]+', '[a-z]+')],
    ['[a-z]*[a-z0-9]*\\w*x', twice('[a-z0-9]*', '\\w*')],
    ['.*.*.*x', twice('.*', '.*')],
    ['\\d+\\w+.+x', twice('\\w+', '.+')],
    ['([a-z]+)+x', many('[a-z]+')],
    ['(a|a)*x', many('(a|a)*')],
    ['(a|[ab])*x', many('(a|[ab])*')],
    ['([a-z]+-?)*x', many('[a-z]+')],
    ['(\\w+\\s?)+x'.replace('\\s', ' '), many('\\w+')],
  ])('%s, and why', (source, why) => {
    expect(patternProblem(source)).toBe(why);
  });

  test.each([
    '(.*a){10}',
    '(.*a){3}',
    '(a?){30}x',
    '(a?){20}a{20}',
    '(a*|b*)(a*|b*)(a*|b*)(a*|b*)(a*|b*)x',
    '(a*)*b',
    '(a|aa)+x',
    '(a|ab|b)*x',
    '((a|b)*c?)*x',
    '[a-z]{1,255}[a-z]{1,255}[a-z]{1,255}x',
    '(x+x+)+y',
    '(([a-z])+.)+[A-Z]([a-z])+',
    '(.{1,9}){1,99}x',
    '(a?b?){60}c',
  ])('%s', (source) => {
    expect(patternProblem(source)).toMatch(/too long: (write|make)|how long it may take/);
  });
});

describe('patterns that are taken', () => {
  test.each([
    '[a-z]{2,}(-\\d+)*',
    '[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}',
    '[^@]+@[^@]+\\.[^@]+',
    '[\\w.+-]+@[\\w-]+(\\.[\\w-]+)+',
    '\\d{4}-\\d{2}-\\d{2}(T\\d{2}:\\d{2}(:\\d{2}(\\.\\d{1,9})?)?(Z|[+-]\\d{2}:\\d{2}))?',
    '(\\d{1,3}\\.){3}\\d{1,3}',
    'https?://[\\w.-]+(:\\d+)?(/[\\w./-]*)?',
    '([a-z0-9-]+\\.)+[a-z]{2,}',
    'v?\\d+\\.\\d+\\.\\d+(-[\\w.]+)?(\\+[\\w.]+)?',
    '[a-z]+(-[a-z]+)*',
    '.{1,255}',
    '.*',
    '[a-z]+[a-z0-9]+',
    '.{1,20}@.{1,20}\\..{1,20}',
    '(red|green|blue)(,(red|green|blue))*',
    '.*a.{30}',
    '[A-Z]{2}\\d{2}( ?\\w{4}){1,8}',
    '(\\w+ )*\\w+',
    '[a-z](_?[a-z0-9])*',
  ])('%s', (source) => {
    expect(patternProblem(source)).toBeUndefined();
  });

  test('a text that is longer than any that can match is not compared', () => {
    const longest = (source: string) => longestMatched(readPattern(source));
    expect(
      ['[a-z]{2}-\\d{1,3}', 'a|bcd', '(ab?){2,4}', 'a+', '.{2}', '[^a]{255}a{2}', '[a-z]{255}'].map(longest),
    ).toEqual([6, 3, 8, 1024, 8, 1024, 255]);
  });
});
