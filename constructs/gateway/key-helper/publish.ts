/**
 * Puts keys where the gateway takes them from: a folder per generation, and a link `current` to the newest that is
 * moved at once. Readable for all: the gateway is another user, and these keys are public.
 */
import { createHash } from 'node:crypto';
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Key } from './jwks';
import { beatName } from './settings';

/** What HAProxy loads beside its configuration: each key file must stand in a rule, though in one that is never true. */
const configurationName = 'keys.cfg';

export interface KeySet {
  readonly id: string;
  readonly keys: readonly Key[];
}

const digest = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 20);

/** By name. @param folder where the gateway has them, as its configuration says it */
export function keyFiles(sets: readonly KeySet[], folder: string): Record<string, string> {
  const files: Record<string, string> = {};
  const rules: string[] = [];
  for (const { id, keys } of sets) {
    const lines: string[] = [];
    for (const { kid, pem, algorithm } of keys) {
      const name = `${id}-${digest(kid)}.pem`;
      files[name] = pem;
      lines.push(`${kid} ${folder}/${name}\n`);
      rules.push(
        `  http-request deny if FALSE { str(-),jwt_verify(${algorithm},"${folder}/${name}") -m int 1 }\n`,
      );
    }
    files[`${id}.map`] = lines.join('');
  }
  files[configurationName] = `backend gateway.keys from base\n${rules.join('')}`;
  return files;
}

/** @returns whether anything is other than it was */
export function publish(folder: string, files: Readonly<Record<string, string>>): boolean {
  const generation = `keys-${digest(JSON.stringify(files))}`;
  const before = current(folder);
  if (before === generation) return false;
  const draft = join(folder, 'draft');
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { recursive: true });
  chmodSync(draft, 0o755);
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(join(draft, name), text);
    chmodSync(join(draft, name), 0o644);
  }
  rmSync(join(folder, generation), { recursive: true, force: true });
  renameSync(draft, join(folder, generation));
  const link = join(folder, 'next');
  rmSync(link, { force: true });
  symlinkSync(generation, link);
  renameSync(link, join(folder, 'current'));
  // The gateway may be reading the one before.
  for (const name of readdirSync(folder)) {
    if (name.startsWith('keys-') && name !== generation && name !== before) {
      rmSync(join(folder, name), { recursive: true, force: true });
    }
  }
  return true;
}

/** Shows the gateway that the helper goes on. */
export function beat(folder: string): void {
  const file = join(folder, beatName);
  writeFileSync(file, `${Date.now()}\n`);
  chmodSync(file, 0o644);
}

function current(folder: string): string | undefined {
  try {
    return readlinkSync(join(folder, 'current'));
  } catch {
    return undefined;
  }
}
