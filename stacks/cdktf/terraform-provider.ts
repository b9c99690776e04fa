/** Where Terraform gets its provider from, and the variables that point it at the sandbox. */

import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { OLDEST_PROVIDER } from '../../constructs/terraform/versions';
import { sandboxVariables } from '../../sandbox/aws-variables';
import type { SandboxAccess } from '../../sandbox/credentials';

const REGISTRY = 'registry.terraform.io';

export interface ProviderSource {
  /** Folder of a filesystem mirror that has the AWS provider; absent when Terraform uses the registry. */
  readonly mirror?: string;
  /** The user's own CLI configuration, which says where providers come from and is left as it is. */
  readonly configuration?: string;
}

/** Folders where images and packages keep add-on software. */
const ADD_ON_FOLDERS = ['/opt', '/usr/local/share', '/usr/share'];

/** Terraform's name of this platform: linux_amd64. */
function platform(): string {
  const system = process.platform === 'win32' ? 'windows' : process.platform;
  return `${system}_${process.arch === 'x64' ? 'amd64' : process.arch}`;
}

function entries(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

const subfolders = (folder: string): string[] => entries(folder).map((name) => join(folder, name));

/**
 * A mirror that has the AWS provider for this platform, unpacked (`5.100.0/linux_amd64/`) or packed
 * (`terraform-provider-aws_5.100.0_linux_amd64.zip`).
 */
function isMirror(folder: string): boolean {
  const provider = join(folder, REGISTRY, 'hashicorp', 'aws');
  return entries(provider).some(
    (name) => name.endsWith(`_${platform()}.zip`) || existsSync(join(provider, name, platform())),
  );
}

/**
 * Where Terraform looks by itself.
 * https://developer.hashicorp.com/terraform/cli/config/config-file#implied-local-mirror-directories
 */
function impliedMirrors(home: string, variables: NodeJS.ProcessEnv): string[] {
  const data = variables.XDG_DATA_HOME || join(home, '.local', 'share');
  const shared = (variables.XDG_DATA_DIRS || '/usr/local/share:/usr/share').split(':');
  return [
    join(home, '.terraform.d', 'plugins'),
    join(home, 'Library', 'Application Support', 'io.terraform', 'plugins'),
    ...[data, ...shared].map((folder) => join(folder, 'terraform', 'plugins')),
  ];
}

/** A CLI configuration that says where providers come from; one with credentials only says nothing of it. */
function ownConfiguration(home: string, variables: NodeJS.ProcessEnv): ProviderSource | undefined {
  const configuration = variables.TF_CLI_CONFIG_FILE || join(home, '.terraformrc');
  if (!existsSync(configuration)) return undefined;
  const text = readFileSync(configuration, 'utf8');
  if (!text.includes('provider_installation')) return undefined;
  const mirror = /filesystem_mirror\s*\{[^}]*?\bpath\s*=\s*"([^"]+)"/.exec(text)?.[1];
  return { configuration, mirror };
}

/**
 * Finds the AWS provider without a registry: in the mirror that TF_PLUGIN_MIRROR names, then where Terraform looks by
 * itself, then in a folder `registry.terraform.io` at most two levels below where images keep add-on software.
 */
export function findProvider(
  variables: NodeJS.ProcessEnv = process.env,
  addOnFolders: readonly string[] = ADD_ON_FOLDERS,
): ProviderSource {
  if (variables.TF_PLUGIN_MIRROR) return { mirror: variables.TF_PLUGIN_MIRROR };
  const home = variables.HOME || homedir();
  const own = ownConfiguration(home, variables);
  if (own) return own;
  const implied = impliedMirrors(home, variables).find(isMirror);
  if (implied) return { mirror: implied };
  let level: readonly string[] = addOnFolders;
  for (let depth = 0; depth <= 2; depth++) {
    const mirror = level.find(isMirror);
    if (mirror) return { mirror };
    level = level.flatMap(subfolders);
  }
  return {};
}

/** A provider from a mirror may be older than the one that the bindings were made for. @returns a version constraint */
export const providerVersion = ({ mirror }: ProviderSource): string | undefined =>
  mirror ? `>= ${OLDEST_PROVIDER}` : undefined;

/**
 * The variables that let plain Terraform, or the cdktf CLI, deploy into the sandbox. Writes a CLI configuration into the
 * folder when the provider comes from a mirror.
 */
export function terraformEnvironment(
  folder: string,
  access: SandboxAccess,
  source: ProviderSource = findProvider(),
): Record<string, string> {
  const { mirror, configuration } = source;
  const file = configuration ?? (mirror ? writeCliConfiguration(folder, mirror) : undefined);
  return {
    ...sandboxVariables(access),
    CHECKPOINT_DISABLE: '1',
    TF_IN_AUTOMATION: '1',
    ...(file ? { TF_CLI_CONFIG_FILE: file } : {}),
  };
}

/** What the mirror has comes from the mirror, anything else from its registry. */
function writeCliConfiguration(folder: string, mirror: string): string {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const registry = join(mirror, REGISTRY);
  const providers = entries(registry).flatMap((namespace) =>
    entries(join(registry, namespace)).map((name) => `${REGISTRY}/${namespace}/${name}`),
  );
  const file = join(folder, 'terraform.rc');
  const text = [
    'provider_installation {',
    '  filesystem_mirror {',
    `    path    = ${JSON.stringify(mirror)}`,
    `    include = ${JSON.stringify(providers)}`,
    '  }',
    '  direct {',
    `    exclude = ${JSON.stringify(providers)}`,
    '  }',
    '}',
    '',
  ];
  writeFileSync(file, text.join('\n'), { mode: 0o600 });
  return file;
}
