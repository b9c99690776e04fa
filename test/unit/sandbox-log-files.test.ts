import {
  appendFileSync,
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { daemonLog } from '../../sandbox/daemon-log';
import { rotate } from '../../sandbox/log-files';
import { followLogs } from '../../sandbox/tasks/log-follower';

const LARGEST = 8 * 1024 * 1024;

let folder: string;
let file: string;
let sent: string[];
let complaints: string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'stagecraft-logs-'));
  file = join(folder, 'one-main.log');
  [sent, complaints] = [[], []];
});
afterEach(() => rmSync(folder, { recursive: true }));

const account = {
  appendLog: async (_group: string, _stream: string, events: readonly { message: string }[]) =>
    void sent.push(...events.map(({ message }) => message)),
};
const to = { group: 'group', stream: 'stream' };
const complain = (message: string) => void complaints.push(message);

const lines = (count: number): string[] =>
  Array.from({ length: count }, (_, number) => `${number} ${'x'.repeat(1000)}`);

describe('what a container writes', () => {
  test('is sent whole, once and in order, and its file begins anew at 8 MiB', async () => {
    const follower = followLogs([{ path: file, to }], account, complain);
    const written = lines(9000);
    appendFileSync(file, `${written.join('\n')}\n`);
    await follower.close();
    expect(sent).toEqual(written);
    expect(statSync(file).size).toBe(0);
    expect(readFileSync(`${file}.1`, 'utf8')).toBe(`${written.join('\n')}\n`);
    expect(statSync(`${file}.1`).mode & 0o777).toBe(0o600);
  });

  test('stays in its file below that', async () => {
    const follower = followLogs([{ path: file, to }], account, complain);
    appendFileSync(file, `${lines(100).join('\n')}\n`);
    await follower.close();
    expect(sent).toHaveLength(100);
    expect(existsSync(`${file}.1`)).toBe(false);
    expect(statSync(file).size).toBe(lines(100).join('\n').length + 1);
  });

  test.each([
    ['that goes nowhere', undefined],
    ['that CloudWatch Logs does not take', { group: 'refused', stream: 'stream' }],
  ])('%s has a file within bounds all the same', async (_, where) => {
    const refusing = { appendLog: () => Promise.reject(new Error('no such group')) };
    const follower = followLogs([{ path: file, to: where }], refusing, complain);
    appendFileSync(file, `${lines(9000).join('\n')}\n`);
    await follower.close();
    expect(statSync(file).size).toBe(0);
    expect(complaints).toEqual(where ? ['log group refused: no such group'] : []);
  });

  test('goes, when it has ended, with 20 newer ones; that of a running one stays', async () => {
    const running = followLogs([{ path: join(folder, 'quiet-main.log') }], account, complain);
    for (let number = 0; number < 30; number++) {
      const ended = join(folder, `task${String(number).padStart(2, '0')}-main.log`);
      for (const one of number < 5 ? [ended, `${ended}.1`] : [ended]) writeFileSync(one, '');
      utimesSync(ended, 1000 + number, 1000 + number);
    }
    utimesSync(join(folder, 'quiet-main.log'), 1, 1);
    const last = followLogs([{ path: file }], account, complain);
    await last.close();
    const kept = readdirSync(folder).sort();
    expect(kept).toHaveLength(21);
    expect(kept.slice(0, 3)).toEqual(['one-main.log', 'quiet-main.log', 'task11-main.log']);
    expect(kept.at(-1)).toBe('task29-main.log');
    await running.close();
  });
});

test('what is written while the copy is made is in the copy, and is told', () => {
  writeFileSync(file, 'read\nnot yet read\n');
  const descriptor = openSync(file, 'a+');
  expect(rotate(file, descriptor, 5).toString()).toBe('not yet read\n');
  appendFileSync(descriptor, 'next\n');
  closeSync(descriptor);
  expect(readFileSync(`${file}.1`, 'utf8')).toBe('read\nnot yet read\n');
  expect(readFileSync(file, 'utf8')).toBe('next\n');
});

test('the daemon’s log begins anew at 8 MiB, and keeps the one before', () => {
  writeFileSync(file, 'x'.repeat(LARGEST - 1));
  const log = daemonLog(file);
  log('daemon', 'one');
  expect(existsSync(`${file}.1`)).toBe(false);
  log('daemon', 'two');
  expect(statSync(`${file}.1`).size).toBeGreaterThan(LARGEST);
  expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ part: 'daemon', message: 'two' });
});
