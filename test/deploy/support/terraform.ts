/** The real Terraform with the real provider, as a test uses it. */

import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** What one `apply` did, in the order in which it was done. */
export interface Operation {
  readonly action: 'create' | 'update' | 'delete';
  readonly address: string;
  /** Place among all beginnings and ends. */
  readonly began: number;
  readonly ended: number;
}

export interface PlannedChange {
  readonly address: string;
  readonly actions: readonly string[];
}

export class Terraform {
  /** What Terraform is run with, here and by others. */
  readonly environment: Readonly<NodeJS.ProcessEnv>;
  readonly #scratch = mkdtempSync(path.join(tmpdir(), 'stagecraft-terraform-'));
  readonly #plan = path.join(this.#scratch, 'plan');

  constructor(environment: Readonly<Record<string, string>> = {}) {
    const mirror = pluginMirror();
    const own = { TF_IN_AUTOMATION: '1', CHECKPOINT_DISABLE: '1' };
    this.environment = { ...process.env, ...environment, ...own };
    if (mirror === undefined) return;
    const configuration = path.join(this.#scratch, 'terraform.rc');
    writeFileSync(
      configuration,
      `provider_installation {\n  filesystem_mirror {\n    path = ${JSON.stringify(mirror)}\n  }\n}\n`,
    );
    this.environment = { ...this.environment, TF_CLI_CONFIG_FILE: configuration };
  }

  async init(folder: string, options: { readonly backend?: boolean } = {}): Promise<void> {
    await this.#run(folder, ['init', '-input=false', `-backend=${options.backend ?? true}`]);
  }

  async validate(
    folder: string,
  ): Promise<{ valid: boolean; diagnostics: { severity: string; summary: string }[] }> {
    return JSON.parse(await this.#run(folder, ['validate', '-json']));
  }

  /** Changes that a plan would make, data and no-ops left out. */
  async plan(folder: string): Promise<PlannedChange[]> {
    const file = this.#plan;
    await this.#run(folder, ['plan', '-input=false', '-lock=false', `-out=${file}`]);
    const plan = JSON.parse(await this.#run(folder, ['show', '-json', file])) as {
      resource_changes?: { address: string; change: { actions: string[] } }[];
    };
    return (plan.resource_changes ?? [])
      .map(({ address, change }) => ({ address, actions: change.actions }))
      .filter(({ actions }) => actions.some((action) => action !== 'no-op' && action !== 'read'));
  }

  /** Does what the last plan said. */
  async apply(folder: string): Promise<Operation[]> {
    return operations(await this.#run(folder, ['apply', '-input=false', '-json', this.#plan]));
  }

  async state(folder: string): Promise<string> {
    return this.#run(folder, ['state', 'pull']);
  }

  dispose(): void {
    rmSync(this.#scratch, { recursive: true, force: true });
  }

  async #run(folder: string, parameters: string[]): Promise<string> {
    try {
      const { stdout } = await run('terraform', [`-chdir=${folder}`, ...parameters], {
        env: this.environment,
        maxBuffer: 64 * 1024 * 1024,
        timeout: 300_000,
      });
      return stdout;
    } catch (error) {
      const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
      throw new Error(`terraform ${parameters[0]} failed\n${stderr}\n${stdout.slice(-20_000)}`);
    }
  }
}

interface Line {
  readonly type: string;
  readonly hook?: { readonly action: Operation['action']; readonly resource: { readonly addr: string } };
}

function operations(log: string): Operation[] {
  const began = new Map<string, number>();
  const done: Operation[] = [];
  const lines = log.split('\n').filter(Boolean);
  lines.forEach((text, place) => {
    const { type, hook } = JSON.parse(text) as Line;
    if (hook === undefined) return;
    const { action } = hook;
    const address = hook.resource.addr;
    const key = `${action} ${address}`;
    if (type === 'apply_start') began.set(key, place);
    if (type === 'apply_complete') done.push({ action, address, began: began.get(key) ?? -1, ended: place });
  });
  return done;
}

/** A filesystem mirror of providers, where there is no registry: named, or in a folder that images use for add-ons. */
function pluginMirror(): string | undefined {
  const named = process.env.TF_PLUGIN_MIRROR;
  if (named !== undefined) return named;
  if (existsSync(process.env.TF_CLI_CONFIG_FILE ?? '')) return undefined;
  const folders = ['/opt', '/usr/local', '/usr/share'].filter((folder) => existsSync(folder));
  return folders
    .flatMap((folder) => [folder, ...readdirSync(folder).map((name) => path.join(folder, name))])
    .find((folder) => existsSync(path.join(folder, 'registry.terraform.io')));
}
