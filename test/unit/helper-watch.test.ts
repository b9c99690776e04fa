/** Proves what a gateway says and does as its key helper goes on, or does not. A call of `heed` is a second. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { heedHelper, watchTimes } from '../../constructs/gateway/haproxy/container/helper-watch';

const times = { silentSeconds: 3, againSeconds: 10, wellSeconds: 20, leaveSeconds: 8, keepSeconds: 30 };

let published: string;
beforeEach(() => {
  published = mkdtempSync(join(tmpdir(), 'helper-watch-'));
});
afterEach(() => rmSync(published, { recursive: true }));

/** Each step: whether the helper beats, and for how many seconds. @returns the second, what is said in it, and of what time */
function heeded(...steps: readonly (readonly ['beats' | 'hangs', number])[]): string[] {
  const script = [
    'set -eu; second=0',
    ...heedHelper(times),
    'say() { echo "$second: $1 $silent"; }',
    'trap \'echo "$second: told to leave"; exit\' TERM',
    'beats() { echo $second > "$published/beat"; }; hangs() { :; }',
    'pass() { local end=$((second + $2)); while ((second < end)); do second=$((second + 1)); $1; heed; done; }',
    ...steps.map(([does, seconds]) => `pass ${does} ${seconds}`),
  ];
  const output = execFileSync('bash', ['-c', script.join('\n')], {
    env: { ...process.env, published },
    encoding: 'utf8',
  });
  return output.split('\n').filter((line) => line !== '');
}

test('of a helper that goes on nothing is said', () => {
  expect(heeded(['beats', 100])).toEqual([]);
});

test('a short silence is none', () => {
  expect(heeded(['beats', 30], ['hangs', 1], ['beats', 30])).toEqual([]);
});

test('one that hangs is told, and that it goes on again', () => {
  expect(heeded(['beats', 30], ['hangs', 4], ['beats', 30])).toEqual([
    '32: key-helper-silent 3',
    '35: key-helper-answers 5',
  ]);
});

test('after one that was well for long the gateway leaves', () => {
  expect(heeded(['beats', 30], ['hangs', 100])).toEqual([
    '32: key-helper-silent 3',
    '37: leaves-with-key-helper 8',
    '37: told to leave',
  ]);
});

test('its time of being well goes on after a silence', () => {
  expect(heeded(['beats', 12], ['hangs', 6], ['beats', 12], ['hangs', 100])).toEqual([
    '14: key-helper-silent 3',
    '19: key-helper-answers 7',
    '32: key-helper-silent 3',
    '37: leaves-with-key-helper 8',
    '37: told to leave',
  ]);
});

test.each([
  [
    'soon after its start',
    [
      ['beats', 5],
      ['hangs', 100],
    ],
    5,
  ],
  ['from its start', [['hangs', 100]], 1],
] as const)(
  'with one that hung %s it serves on as long as kept keys are taken, and says so again',
  (_, steps, first) => {
    expect(heeded(...steps)).toEqual([
      `${first + 2}: key-helper-silent 3`,
      `${first + 12}: key-helper-silent 13`,
      `${first + 22}: key-helper-silent 23`,
      `${first + 29}: leaves-with-key-helper 30`,
      `${first + 29}: told to leave`,
    ]);
  },
);

test('members whose helpers hang at once leave one after the other, ten minutes apart', () => {
  const members = ['b', 'c', 'a'].map((name) => ({ name: `gateway-${name}`, host: `${name}.test` }));
  const timesOf = (name: string) => {
    const member = members.find((one) => one.name === name);
    if (!member) throw new Error(name);
    return watchTimes(
      member,
      members.filter((one) => one !== member),
      24,
    );
  };
  const alike = { silentSeconds: 30, againSeconds: 600, wellSeconds: 3600 };
  expect(timesOf('gateway-a')).toEqual({ ...alike, leaveSeconds: 300, keepSeconds: 86_400 });
  expect(timesOf('gateway-b')).toEqual({ ...alike, leaveSeconds: 900, keepSeconds: 87_000 });
  expect(timesOf('gateway-c')).toEqual({ ...alike, leaveSeconds: 1500, keepSeconds: 87_600 });
});
