/** Terraform as `stagecraft` runs it: one command at a time, its progress as events, a Ctrl-C that keeps the state. */
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { runTool } from '../tool';
import { UserError } from '../user-error';

/**
 * A line of Terraform's JSON log.
 * https://developer.hashicorp.com/terraform/internals/machine-readable-ui
 */
export interface TerraformEvent {
  /** `apply_start`, `apply_progress`, `apply_complete`, `planned_change`, `diagnostic`, … */
  readonly type: string;
  /** Of the resource that it is about. */
  readonly address?: string;
  /** `create`, `update`, `delete`, `read`, … */
  readonly action?: string;
  /** Since the work on the resource began. */
  readonly elapsedSeconds?: number;
  readonly message: string;
  readonly level: string;
}

interface LogLine {
  readonly type?: string;
  readonly '@level'?: string;
  readonly '@message'?: string;
  readonly hook?: Subject & { readonly elapsed_seconds?: number };
  readonly change?: Subject;
  readonly diagnostic?: { readonly summary?: string; readonly detail?: string; readonly address?: string };
}

interface Subject {
  readonly resource?: { readonly addr?: string };
  readonly action?: string;
}

/** One line of `-json` output; undefined when it is none. */
export function parseEvent(line: string): TerraformEvent | undefined {
  let value: LogLine;
  try {
    value = JSON.parse(line) as LogLine;
  } catch {
    return undefined;
  }
  if (typeof value?.type !== 'string') return undefined;
  const { diagnostic, hook } = value;
  const subject = hook ?? value.change;
  return {
    type: value.type,
    address: subject?.resource?.addr ?? diagnostic?.address,
    action: subject?.action,
    elapsedSeconds: hook?.elapsed_seconds,
    message: diagnostic
      ? [diagnostic.summary, diagnostic.detail].filter(Boolean).join(': ')
      : (value['@message'] ?? ''),
    level: value['@level'] ?? 'info',
  };
}

export interface TerraformOptions {
  /** Folder with the configuration. */
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Interrupts Terraform once; it ends what it is at and keeps its state. */
  readonly signal?: AbortSignal;
}

/** What would make it work on something else than its folder and its state. */
const FOREIGN = /^(TF_CLI_ARGS|TF_WORKSPACE$|TF_DATA_DIR$)/;

export class TerraformError extends UserError {
  override readonly name = 'TerraformError';
}

/**
 * Runs Terraform. Its variables are those of this process without any that names another AWS account, workspace or folder.
 *
 * @returns exit code and output, when Terraform has ended: after an abort too
 */
export async function runTerraform(
  options: TerraformOptions,
  args: readonly string[],
  onLine: (line: string) => void = () => {},
  accepted: readonly number[] = [0],
): Promise<{ readonly code: number; readonly stdout: string }> {
  const { code, stdout, output } = await runTool({
    ...options,
    program: 'terraform',
    args,
    foreign: FOREIGN,
    read: 'stdout',
    onLine,
    // Terraform alone: it tells its providers to stop. They cancel the calls that are under way, though AWS may carry
    // them out: what such a call made is in no state, and the next plan looks for it (repair/).
    stop: (child) => {
      child.kill('SIGINT');
    },
  });
  if (accepted.includes(code)) return { code, stdout };
  throw new TerraformError(`terraform ${args[0]} failed:\n${errorText(output)}`);
}

/** `terraform init`. A lock file that was written for another source of providers is no reason to fail. */
export async function initTerraform(options: TerraformOptions): Promise<void> {
  const args = ['init', '-input=false', '-no-color'];
  const lock = join(options.folder, '.terraform.lock.hcl');
  try {
    await runTerraform(options, args);
  } catch (error) {
    if (!(error instanceof TerraformError) || options.signal?.aborted || !existsSync(lock)) throw error;
    rmSync(lock);
    await runTerraform(options, args);
  }
}

/** The error diagnostics of JSON output, or the last lines of plain output. */
function errorText(output: string): string {
  const lines = output.trim().split('\n');
  const errors = lines
    .map(parseEvent)
    .filter((event) => event?.level === 'error')
    .map((event) => `  ${event?.address ? `${event.address}: ` : ''}${event?.message}`);
  return errors.length > 0 ? errors.join('\n') : lines.slice(-20).join('\n');
}
