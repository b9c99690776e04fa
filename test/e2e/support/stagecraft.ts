/** Runs the command line as a person would, and reads what it says. */
import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { resolve } from 'node:path';

export const root = resolve(__dirname, '../../..');

/** Not those of a sandbox that somebody may have up. */
export const PORTS = [
  '--https-port',
  '18443',
  '--http-port',
  '18080',
  '--emulator-port',
  '15100',
  '--dns-port',
  '15353',
];

export interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly seconds: number;
}

/** Runs a command to its end, in the project folder unless another is named. */
export function run(
  command: string,
  args: readonly string[],
  options: {
    readonly env?: Readonly<Record<string, string>>;
    readonly cwd?: string;
    readonly timeoutSeconds: number;
  },
): Promise<Run> {
  const started = performance.now();
  return new Promise((done, failed) => {
    const child = spawn(command, [...args], {
      cwd: options.cwd ?? root,
      env: { ...process.env, ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: options.timeoutSeconds * 1000,
    });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString();
    });
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString();
    });
    child.once('error', failed);
    child.once('close', (code) =>
      done({ code, stdout, stderr, seconds: (performance.now() - started) / 1000 }),
    );
  });
}

export const stagecraft = (args: readonly string[], timeoutSeconds = 300): Promise<Run> =>
  run(process.execPath, ['bin/stagecraft.js', ...args], { timeoutSeconds });

/** Runs a command with --json. Fails with all that it printed unless it exits with 0. */
export async function document<T>(args: readonly string[], timeoutSeconds?: number): Promise<T> {
  const result = await stagecraft([...args, '--json'], timeoutSeconds);
  if (result.code !== 0) throw new Error(`exit ${result.code}\n${result.stdout}\n${result.stderr}`);
  return JSON.parse(result.stdout) as T;
}

/** Whether something listens on a loopback port. */
export function listens(port: number, host = '127.0.0.1'): Promise<boolean> {
  return new Promise((done) => {
    const server = createServer();
    server.once('error', () => done(true));
    server.listen(port, host, () => server.close(() => done(false)));
  });
}

/** Waits for a condition, asked again as soon as it has answered, within a bound. */
export async function eventually<T>(
  what: string,
  seconds: number,
  ask: () => Promise<T | undefined>,
): Promise<T> {
  const end = performance.now() + seconds * 1000;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (performance.now() > end) throw new Error(`not within ${seconds} s: ${what}`);
    await new Promise((again) => setTimeout(again, 100));
  }
}
