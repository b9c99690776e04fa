/** Terraform as the sandbox runs it: where its provider comes from, and its progress. */
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import execa from 'execa';

const REGISTRY = 'registry.terraform.io';

export interface ProviderSource {
  /** Folder of a filesystem mirror; absent when Terraform uses the registry or a configuration of its own. */
  readonly mirror?: string;
}

function subfolders(folder: string): string[] {
  try {
    const entries = readdirSync(folder, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map((entry) => join(folder, entry.name));
  } catch {
    return [];
  }
}

/** A folder that holds `registry.terraform.io/hashicorp/aws`. */
const isMirror = (folder: string): boolean => existsSync(join(folder, REGISTRY, 'hashicorp', 'aws'));

/** Where Terraform looks by itself on Linux and macOS. */
function impliedMirrors(home: string): string[] {
  const data = join(home, '.local', 'share', 'terraform', 'plugins');
  return [
    join(home, '.terraform.d', 'plugins'),
    data,
    '/usr/local/share/terraform/plugins',
    '/usr/share/terraform/plugins',
  ];
}

/**
 * Finds the AWS provider without a registry: what TF_PLUGIN_MIRROR names, then where Terraform looks by itself, then a
 * folder `registry.terraform.io` in the folders where images keep add-on software.
 */
export function findProvider(
  variables: NodeJS.ProcessEnv = process.env,
  addOnFolders: readonly string[] = ['/opt', '/usr/local/share', '/usr/share'],
): ProviderSource {
  const named = variables.TF_PLUGIN_MIRROR;
  if (named) return { mirror: named };
  if (variables.TF_CLI_CONFIG_FILE && existsSync(variables.TF_CLI_CONFIG_FILE)) return {};
  const home = variables.HOME ?? homedir();
  if (existsSync(join(home, '.terraformrc')) || impliedMirrors(home).some(isMirror)) return {};
  const candidates = addOnFolders.flatMap((folder) => [folder, ...subfolders(folder)]);
  return { mirror: candidates.find(isMirror) };
}

/**
 * The variables that let plain Terraform, or the cdktf CLI, deploy into the sandbox. Writes a CLI configuration into the
 * folder when the provider comes from a mirror.
 */
export function terraformEnvironment(
  folder: string,
  region: string,
  emulatorPort: number,
  source: ProviderSource = findProvider(),
): Record<string, string> {
  const configuration = source.mirror ? writeCliConfiguration(folder, source.mirror) : undefined;
  return {
    AWS_ENDPOINT_URL: `http://localhost:${emulatorPort}`,
    AWS_ACCESS_KEY_ID: 'sandbox',
    AWS_SECRET_ACCESS_KEY: 'sandbox',
    AWS_REGION: region,
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_MAX_ATTEMPTS: '2',
    CHECKPOINT_DISABLE: '1',
    TF_IN_AUTOMATION: '1',
    ...(configuration ? { TF_CLI_CONFIG_FILE: configuration } : {}),
  };
}

function writeCliConfiguration(folder: string, mirror: string): string {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, 'terraform.rc');
  const text = [
    'provider_installation {',
    '  filesystem_mirror {',
    `    path    = ${JSON.stringify(mirror)}`,
    `    include = ["${REGISTRY}/*/*"]`,
    '  }',
    '}',
    '',
  ];
  writeFileSync(file, text.join('\n'));
  return file;
}

/** A step of `terraform apply`, as its JSON log tells it. */
export interface TerraformEvent {
  readonly type: string;
  readonly address?: string;
  readonly action?: string;
  readonly message: string;
  readonly level: string;
}

/** One line of `-json` output; undefined when it is none. */
export function parseEvent(line: string): TerraformEvent | undefined {
  try {
    const value = JSON.parse(line) as Record<string, unknown>;
    const hook = value.hook as { resource?: { addr?: string }; action?: string } | undefined;
    const diagnostic = value.diagnostic as { summary?: string; detail?: string } | undefined;
    const message = diagnostic
      ? [diagnostic.summary, diagnostic.detail].filter(Boolean).join(': ')
      : value['@message'];
    return {
      type: String(value.type),
      address: hook?.resource?.addr,
      action: hook?.action,
      message: String(message),
      level: String(value['@level']),
    };
  } catch {
    return undefined;
  }
}

export interface TerraformOptions {
  /** Folder with the configuration. */
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Interrupts Terraform once; it ends what it is at and keeps its state. */
  readonly signal?: AbortSignal;
}

export class TerraformError extends Error {}

/** Runs Terraform in a process group of its own, so that a Ctrl-C reaches it once and by us. @returns exit code and output */
export async function runTerraform(
  options: TerraformOptions,
  args: readonly string[],
  onLine: (line: string) => void = () => {},
  accepted: readonly number[] = [0],
): Promise<{ readonly code: number; readonly stdout: string }> {
  const child = execa('terraform', args, {
    cwd: options.folder,
    env: options.environment,
    stdin: 'ignore',
    reject: false,
    detached: true,
    all: true,
    cleanup: false,
  });
  const interrupt = () => {
    if (child.pid) process.kill(-child.pid, 'SIGINT');
  };
  options.signal?.addEventListener('abort', interrupt, { once: true });
  if (child.stdout) createInterface({ input: child.stdout }).on('line', onLine);
  const result = await child;
  options.signal?.removeEventListener('abort', interrupt);
  const code = result.exitCode ?? 1;
  if (accepted.includes(code)) return { code, stdout: result.stdout };
  throw new TerraformError(`terraform ${args[0]} failed:\n${errorText(result.all ?? '')}`);
}

/** The error diagnostics of JSON output, or the last lines of plain output. */
function errorText(output: string): string {
  const lines = output.trim().split('\n');
  const errors = lines
    .map(parseEvent)
    .filter((event) => event?.level === 'error')
    .map((event) => `  ${event?.message}`);
  return errors.length > 0 ? errors.join('\n') : lines.slice(-20).join('\n');
}
