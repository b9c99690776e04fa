/**
 * Proves, for generated patterns and values, that a pattern which the schema takes is taken by HAProxy, and that
 * HAProxy and JavaScript agree on what it matches. HAProxy does the matching, on a socket in a folder of its own.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { requestLines, rule } from '../../constructs/gateway/haproxy/language/rules';
import { line } from '../../constructs/gateway/haproxy/language/text';
import { invalidParameter } from '../../constructs/gateway/haproxy/validation/query';
import { patternProblem } from '../../constructs/gateway/pattern';
import { until } from '../traffic/support/until';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'gateway-validation-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A configuration whose answer says, for the query parameter `v`, which patterns it does not match. */
function configuration(patterns: readonly string[], socket: string): string {
  const rules = patterns.flatMap((pattern, index) =>
    invalidParameter('v', { pattern }).map((terms) => rule(line`set-var(txn.p${index}) bool(true)`, [terms])),
  );
  const answer = patterns.map((_, index) => `%[var(txn.p${index})]`).join(',');
  return [
    'defaults',
    '  mode http',
    '  timeout client 10s',
    'frontend test',
    `  bind unix@${socket}`,
    ...requestLines(rules).map((text) => `  ${text}`),
    `  http-request return status 200 content-type text/plain lf-string "${answer}"`,
    '',
  ].join('\n');
}

let runs = 0;
class Haproxy {
  readonly socket = join(folder, `${runs++}.sock`);
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 1 });
  private readonly child: ChildProcess;
  private errors = '';

  constructor(patterns: readonly string[]) {
    const file = `${this.socket}.cfg`;
    writeFileSync(file, configuration(patterns, this.socket));
    this.child = spawn('haproxy', ['-db', '-f', file], { stdio: ['ignore', 'ignore', 'pipe'] });
    this.child.stderr?.on('data', (chunk) => {
      this.errors += chunk;
    });
  }
  async ready(): Promise<void> {
    await until('HAProxy listens', async () => {
      if (this.child.exitCode !== null) throw new Error(`HAProxy does not take it: ${this.errors}`);
      return existsSync(this.socket);
    });
  }
  /** Whether each pattern matches. */
  async matches(value: string): Promise<boolean[]> {
    const path = `/?v=${encodeURIComponent(value)}`;
    const outgoing = request({ socketPath: this.socket, path, agent: this.agent }).end();
    const [incoming] = await once(outgoing, 'response');
    let text = '';
    for await (const chunk of incoming) text += chunk;
    return text.split(',').map((one) => one !== '1');
  }
  async stop(): Promise<void> {
    this.agent.destroy();
    if (this.child.exitCode !== null) return;
    const ended = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await ended;
  }
}

/** A part of a pattern, and a text that it matches. */
interface Example {
  readonly source: string;
  readonly text: string;
}

const escaped = (sign: string) => sign.replace(/[\\^$.*+?()[\]{}|]/, '\\$&');
const printable = fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code));
const foreign = fc.constantFrom('é', 'ß', '€', '😀', '\u2028', '\u0085');
const inClass = (sign: string) => sign.replace(/[\\\]^-]/, '\\$&');

const literal = printable.map((sign) => ({ source: escaped(sign), text: sign }));
const oneOf = fc
  .array(printable, { minLength: 1, maxLength: 5 })
  .map((signs) => ({ source: `[${signs.map(inClass).join('')}]`, text: signs[0] ?? '' }));
const otherThan = fc
  .tuple(fc.array(printable, { minLength: 1, maxLength: 3 }), fc.oneof(printable, foreign))
  .map(([signs, sign]) => ({ source: `[^${signs.map(inClass).join('')}]`, text: sign }));
const span = fc
  .tuple(printable, printable)
  .map(([one, other]) => (one < other ? [one, other] : [other, one]))
  .map(([from = '', to = '']) => ({ source: `[${inClass(from)}-${inClass(to)}x-]`, text: to }));
const known = fc.constantFrom(
  { source: '\\d', text: '7' },
  { source: '\\w', text: '_' },
  { source: '[\\w.-]', text: '-' },
  { source: '[a-f\\d]', text: 'c' },
  { source: '.', text: '"' },
  { source: '.', text: 'é' },
);
const times = fc.constantFrom(
  ...(['?', '*', '+', '{2}', '{1,3}', '{0,2}', '{2,}', '{0,255}'] as const).map((sign) => ({
    sign,
    count: sign === '{2}' || sign === '{2,}' ? 2 : 1,
  })),
);

const { pattern: example } = fc.letrec<{ pattern: Example; atom: Example; part: Example }>((tie) => ({
  atom: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    literal,
    oneOf,
    otherThan,
    span,
    known,
    tie('pattern').map(({ source, text }) => ({ source: `(${source})`, text })),
    tie('pattern').map(({ source, text }) => ({ source: `(?:${source})`, text })),
  ),
  part: fc.oneof(
    tie('atom'),
    fc.tuple(tie('atom'), times).map(([{ source, text }, { sign, count }]) => ({
      source: `${source}${sign}`,
      text: text.repeat(count),
    })),
  ),
  pattern: fc
    .array(fc.array(tie('part'), { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 3 })
    .map((options) => ({
      source: options.map((parts) => parts.map(({ source }) => source).join('')).join('|'),
      text: (options.at(-1) ?? []).map(({ text }) => text).join(''),
    })),
}));

/** What may be a pattern, or not. */
const anyText = fc
  .array(fc.constantFrom(...'ab09()[]{}|?*+.^$\\-,/"\'#% d:=', '[^', '{2}', '(?:', '\\d'), {
    minLength: 1,
    maxLength: 8,
  })
  .map((signs) => ({ source: signs.join(''), text: 'ab' }));

const changed = (text: string) => {
  const signs = [...text];
  return [signs, signs.slice(1), [...signs, ...signs.slice(-1)], [...signs, '\n'], [...signs, '\u0000']].map(
    (some) => some.join(''),
  );
};
const sample = fc
  .array(fc.oneof(printable, foreign, fc.constantFrom('a', '0', '-', '+', '%', '\n', '\u001a', '\u007f')), {
    maxLength: 4,
  })
  .map((signs) => signs.join(''));

/** The rule, in the words of JavaScript. */
const expected = (pattern: string, value: string) =>
  [...value].every((sign) => sign >= ' ' && sign !== '\x7f') &&
  new RegExp(`^(?:${pattern})$`, 'us').test(value);

test('HAProxy takes each pattern that the schema takes, and matches what JavaScript matches', async () => {
  let [matched, compared] = [0, 0];
  const taken = fc
    .oneof({ weight: 3, arbitrary: example }, { weight: 1, arbitrary: anyText })
    .filter(({ source }) => patternProblem(source) === undefined);
  const batch = fc.array(taken, { minLength: 40, maxLength: 40 });
  const values = fc.array(sample, { minLength: 30, maxLength: 30 });
  await fc.assert(
    fc.asyncProperty(batch, values, async (examples, others) => {
      const patterns = examples.map(({ source }) => source);
      const server = new Haproxy(patterns);
      try {
        await server.ready();
        for (const value of new Set([...examples.flatMap(({ text }) => changed(text)), ...others])) {
          const found = await server.matches(value);
          expect(found).toHaveLength(patterns.length);
          const differ = patterns.filter((one, index) => found[index] !== expected(one, value));
          expect({ value, differ }).toEqual({ value, differ: [] });
          matched += found.filter(Boolean).length;
          compared += found.length;
        }
      } finally {
        await server.stop();
      }
    }),
    { numRuns: 2, endOnFailure: true },
  );
  // Refusing everything, or comparing nothing, would pass too.
  expect(compared).toBeGreaterThan(2 * 40 * 50);
  expect(matched).toBeGreaterThan(compared / 50);
}, 60_000);

test('a long value is compared as a short one is: no pattern that is taken needs more than HAProxy has', async () => {
  // What a program that goes back is slow with, or needs room for.
  const patterns = [
    '[a-z]+(-[a-z]+)*',
    '([a-z0-9-]+\\.)+[a-z]{2,}',
    '[^@]+@[^@]+\\.[^@]+',
    '([a-z]|[0-9])*',
    '(ab?)*',
    '((a|b)|(-|@))*',
    '([a-z]|[0-9])+([a-z]|-)+',
    '(([a-z]{1,3})-?){0,255}.?',
  ];
  const taken = patterns.filter((one) => patternProblem(one) === undefined);
  expect(patterns.filter((one) => !taken.includes(one))).toEqual(['(([a-z]{1,3})-?){0,255}.?']);
  const server = new Haproxy(taken);
  try {
    await server.ready();
    let matched = 0;
    for (const unit of ['a', 'ab', 'a-', 'a.', 'a@', '@.', '1', 'a1', 'b-a']) {
      for (const end of ['', '!', 'a', '.com']) {
        for (const length of [500, 1000, 1024 - end.length]) {
          const value = unit.repeat(1024).slice(0, length) + end;
          const found = await server.matches(value);
          expect({ value, found }).toEqual({ value, found: taken.map((one) => expected(one, value)) });
          matched += found.filter(Boolean).length;
        }
      }
    }
    expect(matched).toBeGreaterThan(100);
    // More than 1024 bytes are not compared at all.
    expect(await server.matches('a'.repeat(1025))).toEqual(taken.map(() => false));
  } finally {
    await server.stop();
  }
}, 30_000);
