import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';

/** A moto server of its own on loopback; resolves to what stops it. */
export async function startMoto(port: number): Promise<() => Promise<void>> {
  const child = spawn('python3', ['-m', 'moto.server', '-H', '127.0.0.1', '-p', String(port)], {
    stdio: 'ignore',
  });
  const exited = once(child, 'exit');
  const stop = async () => {
    child.kill();
    await exited;
  };
  for (let tries = 0; tries < 200 && child.exitCode === null; tries++) {
    if (await fetch(`http://127.0.0.1:${port}/moto-api/`).catch(() => undefined)) return stop;
    await delay(100);
  }
  await stop();
  throw new Error(`moto did not start on port ${port}`);
}

/** For any client of AWS SDK that is to speak to it. */
export const clientOptions = (port: number) => ({
  endpoint: `http://127.0.0.1:${port}`,
  region: 'eu-central-1',
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  maxAttempts: 1,
});
