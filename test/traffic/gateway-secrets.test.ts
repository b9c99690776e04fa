/** Proves that another user of the machine learns no key's hash from a gateway that runs. */
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Issuer, issuerKey, jwkOf } from './support/issuer';
import { gatewayModel } from './support/model';
import { Pair, sha256 } from './support/pair';

const issuer = new Issuer('https://secrets.test', '127.30.93.2');
const hash = sha256('a-key-that-nobody-may-see');
let pair: Pair;

beforeAll(async () => {
  issuer.keys = [jwkOf(issuerKey('2026-01'))];
  await issuer.start();
  const jwt = { issuer: issuer.name, jwksUrl: issuer.jwksUrl, audience: 'any' };
  // With an issuer, a worker is asked for its servers before another one takes over.
  const model = gatewayModel({
    keyed: { policies: { authentication: { apiKey: {} } } },
    tokens: { policies: { authentication: { jwt } } },
  });
  pair = await Pair.start({ net: 93, model, keys: { 'a-key-that-nobody-may-see': 'acme' } });
  // Only the gateway's own folder is to keep others out.
  chmodSync(pair.folder, 0o755);
}, 30_000);

afterAll(async () => {
  await pair?.stop();
  await issuer.stop();
});

const ours = () => readdirSync(pair.folder).map((name) => join(pair.folder, name));

/** All that comes back on a connection. */
function say(port: number, text: string): Promise<string> {
  return new Promise((resolve) => {
    let answer = '';
    const socket = connect({ host: pair.member(0).address, port }, () => socket.end(text));
    socket.setEncoding('utf8');
    socket.on('data', (data: string) => {
      answer += data;
    });
    socket.once('error', (error) => resolve(error.message));
    socket.once('close', () => resolve(answer));
  });
}

test('the key stands where only the gateway reads it', async () => {
  expect(ours()).toHaveLength(2);
  for (const folder of ours()) expect(readFileSync(join(folder, 'keys.map'), 'utf8')).toBe(`${hash} acme\n`);
  const { status } = await pair.call(0, '/keyed', { headers: { 'X-Api-Key': 'a-key-that-nobody-may-see' } });
  expect(status).toBe(200);
});

test('on its loopback address it tells the servers that it knows, and nothing else that HAProxy is asked for', async () => {
  const servers = await say(9001, 'GET /servers HTTP/1.0\r\n\r\n');
  expect(servers).toMatch(/^HTTP\/1\.. 200 /);
  expect(servers).toContain('\n# be_id be_name srv_id srv_name srv_addr ');
  expect(servers).toContain(` ${pair.pool('keyed').addresses[0]} `);
  const asked = ['show map\n', 'show map keys.map\n', `get map keys.map ${hash}\n`, 'show env\n'];
  for (const port of [8080, 9000, 9001, 9002, 10_000]) {
    for (const question of [...asked, `GET /servers?show%20map HTTP/1.0\r\n${asked.join('')}\r\n`]) {
      const answer = await say(port, question);
      expect(answer).not.toContain('acme');
      expect(answer).not.toContain('# id (file)');
    }
  }
  expect(await say(9002, 'show map\n')).toContain('ECONNREFUSED');
}, 60_000);

const modeOf = (path: string): number => statSync(path).mode & 0o777;

/** The shell, HAProxy's master and worker, and what waits for new keys. */
function processes(): string[] {
  const pids = execFileSync('ps', ['-o', 'pid=', '-g', String(pair.member(0).pid)], { encoding: 'utf8' });
  return pids.trim().split(/\s+/);
}

describe('another user', () => {
  test('has no right to a folder of a gateway, nor to its socket', () => {
    for (const folder of ours()) {
      expect(readdirSync(folder)).toEqual(expect.arrayContaining(['keys.map', 'state.sock']));
      expect(modeOf(folder)).toBe(0o700);
      expect(modeOf(join(folder, 'state.sock'))).toBe(0o600);
    }
  });

  test('finds no hash in an environment or a command line, though it read them', () => {
    expect(processes().length).toBeGreaterThanOrEqual(4);
    for (const pid of processes()) {
      expect(readFileSync(`/proc/${pid}/environ`, 'utf8')).not.toContain(hash);
      expect(readFileSync(`/proc/${pid}/cmdline`, 'utf8')).not.toContain(hash);
    }
  });

  test('is refused where it tries', () => {
    // Only root can become somebody else.
    if (process.getuid?.() !== 0) return expect(modeOf(`/proc/${processes()[0]}/environ`)).toBe(0o400);
    const attempt = (script: string, ...args: string[]) =>
      spawnSync(
        'setpriv',
        ['--reuid=65534', '--regid=65534', '--clear-groups', '/bin/bash', '-c', script, 'attempt', ...args],
        { encoding: 'utf8', cwd: '/' },
      );
    expect(attempt('ls -d "$1" && id -u', pair.folder).stdout).toBe(`${pair.folder}\n65534\n`);
    for (const folder of ours()) {
      expect(attempt('ls "$1"', folder).stderr).toContain('Permission denied');
      expect(attempt('cat "$1/keys.map"', folder).stderr).toContain('Permission denied');
    }
    for (const pid of processes())
      expect(attempt('cat "/proc/$1/environ"', pid).stderr).toContain('Permission denied');
    const all = attempt('ps -eww -o args=').stdout;
    expect(all).toContain('haproxy -W');
    expect(all).not.toContain(hash);
  });
});
