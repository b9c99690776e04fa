/** What a gateway's start script writes, and what HAProxy says of it. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from '@jest/globals';
import { gunzipSync, strFromU8 } from 'fflate';
import type { GatewayModel } from '../../constructs/gateway';
import { haproxy } from '../../constructs/gateway/haproxy';
import { Problems } from '../../constructs/problems';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'gateway-properties-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** The files as the start script would write them, by name; undefined when the model is refused. */
export function filesOf(model: GatewayModel): Record<string, string> | undefined {
  const [member] = model.members;
  if (!member) return undefined;
  try {
    const { environment } = haproxy.render(model, member);
    const files = Object.entries(environment).map(([variable, text]) => {
      const name = variable
        .replace('FILE_', '')
        .toLowerCase()
        .replace(/_([a-z]+)$/, '.$1');
      return [name, strFromU8(gunzipSync(Buffer.from(text, 'base64')))];
    });
    return { ...Object.fromEntries(files), 'keys.map': '' };
  } catch (error) {
    if (error instanceof Problems) return undefined;
    throw error;
  }
}

/** What HAProxy has against it, warnings too; empty when nothing. */
export function complaint(files: Record<string, string>): string {
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  // As the start script makes them; the key helper fills the maps.
  writeFileSync(join(folder, 'servers.state'), '1\n');
  mkdirSync(join(folder, 'jwt'), { recursive: true });
  for (const [map] of (files['haproxy.cfg'] ?? '').matchAll(/jwt\/[a-z0-9-]+\.map/g)) {
    writeFileSync(join(folder, map), '');
  }
  const env = {
    PATH: process.env.PATH,
    LISTEN: '0.0.0.0',
    LOOPBACK: '127.0.0.1',
    DNS: '127.0.0.1:53',
    STARTED: '0',
    USER_POOL_ISSUER: 'https://pool.test',
  };
  const { status, stderr } = spawnSync('haproxy', ['-c', '-dW', '-f', 'haproxy.cfg'], { cwd: folder, env });
  return status === 0 ? '' : String(stderr);
}
