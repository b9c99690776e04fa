/** Keys of the sandbox's consumers. They are kept so that `up` can show a call that works; a real account has no such file. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readWhole } from '../sandbox/folder';
import type { Context } from './context';
import { KeyStore, newKey, sha256 } from './keys';
import { rollGateways } from './roll';

export type DemoKeys = Readonly<Record<string, string>>;

const fileIn = (folder: string): string => join(folder, 'keys.json');

/** @throws SandboxProblem when the file is damaged */
export const readDemoKeys = (folder: string): DemoKeys =>
  readWhole(fileIn(folder), areKeys, 'Remove it, and the consumers get new keys: npx stagecraft up') ?? {};

const areKeys = (value: unknown): value is DemoKeys =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  Object.values(value).every((key) => typeof key === 'string');

/**
 * Gives each declared consumer a key, unless it has one, and replaces the gateways, where there are some, so that they
 * know it.
 * @returns the consumers that got one
 */
export async function issueDemoKeys(context: Context, onMember: (name: string) => void): Promise<string[]> {
  const { environment, blueprint, project, aws } = context;
  const secret = blueprint.data.consumersSecret?.name;
  if (secret === undefined) return [];
  const kept = readDemoKeys(project.sandbox);
  const store = new KeyStore(context, secret);
  const stored = await store.read();
  const known = (consumer: string): boolean =>
    stored.some(
      (key) => key.consumer === consumer && kept[consumer] && key.sha256 === sha256(kept[consumer]),
    );
  const missing = Object.keys(environment.consumers).filter((consumer) => !known(consumer));
  if (missing.length === 0) return [];
  const keys = {
    ...kept,
    ...Object.fromEntries(missing.map((consumer) => [consumer, kept[consumer] ?? newKey()])),
  };
  writeFileSync(fileIn(project.sandbox), JSON.stringify(keys, null, 2), { mode: 0o600 });
  const added = missing.map((consumer) => ({ consumer, sha256: sha256(keys[consumer] ?? '') }));
  await store.write([...stored, ...added]);
  const { gateway, cluster } = blueprint;
  if (gateway) {
    const { members } = gateway;
    await rollGateways(aws, { cluster: cluster.name, members, pollSeconds: 1, onMember });
  }
  return missing;
}
