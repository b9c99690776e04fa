/** Where the sandbox's stack of Pulumi's lives: a folder of the sandbox, with state, passphrase and a project file. */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { sandboxVariables } from '../../sandbox/aws-variables';
import type { SandboxAccess } from '../../sandbox/credentials';

/** That of `Pulumi.yaml`. */
const PROJECT = 'stagecraft';

export const workspaceOf = (sandbox: string): string => join(sandbox, 'pulumi');

/** Folder that the CLI keeps the state in. */
export const stateOf = (sandbox: string): string => join(workspaceOf(sandbox), '.pulumi');

const passphraseOf = (sandbox: string): string => join(workspaceOf(sandbox), 'passphrase');

/** What points the CLI at that state. */
export const backendVariables = (sandbox: string): Record<string, string> => ({
  PULUMI_BACKEND_URL: `file://${workspaceOf(sandbox)}`,
  PULUMI_CONFIG_PASSPHRASE_FILE: passphraseOf(sandbox),
});

export const hasWorkspace = (sandbox: string): boolean => existsSync(passphraseOf(sandbox));

/** The variables that let the CLI deploy into the sandbox. */
export const pulumiEnvironment = (sandbox: string, access: SandboxAccess): Record<string, string> => ({
  ...sandboxVariables(access),
  ...backendVariables(sandbox),
  PULUMI_SKIP_UPDATE_CHECK: 'true',
  // Its parts, and the provider, are asked on loopback addresses.
  NO_PROXY: 'localhost,127.0.0.1',
  no_proxy: 'localhost,127.0.0.1',
});

/** Makes the folder. A passphrase that is there is kept: without it the state cannot be read. */
export function makeWorkspace(sandbox: string): string {
  const folder = workspaceOf(sandbox);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const write = (file: string, text: string) => writeFileSync(join(folder, file), text, { mode: 0o600 });
  if (!hasWorkspace(sandbox)) write('passphrase', randomBytes(32).toString('hex'));
  // As this file: TypeScript in the project, JavaScript in the package.
  const isTypeScript = extname(__filename) === '.ts';
  const options = { typescript: false, ...(isTypeScript ? { nodeargs: '--import tsx' } : {}) };
  write('Pulumi.yaml', JSON.stringify({ name: PROJECT, runtime: { name: 'nodejs', options } }, undefined, 2));
  // Beside the project file, as the CLI takes no program from elsewhere.
  write('index.js', `module.exports = require(${JSON.stringify(require.resolve('./main'))});\n`);
  return folder;
}
