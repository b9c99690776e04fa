/** The cdk CLI as `stagecraft` runs it: one command at a time, its progress as events. */
import { join } from 'node:path';
import { sandboxVariables } from '../../sandbox/aws-variables';
import type { SandboxAccess } from '../../sandbox/credentials';
import { runTool } from '../tool';
import { UserError } from '../user-error';

/** A line of `--progress events`. */
export interface CdkEvent {
  /** Resources that are done, of those that the deploy changes. */
  readonly done: number;
  readonly all: number;
  /** `CREATE_COMPLETE`, `UPDATE_IN_PROGRESS`, … */
  readonly status: string;
  readonly type: string;
  /** Path or logical id of the resource, and the reason when one is given. */
  readonly resource: string;
}

const EVENT = /\|\s*(\d+)\/(\d+) \| [^|]* \| (\w+)\s* \| (\S+)\s* \| (.*)$/;

/** Undefined when the line tells of no resource. */
export function parseProgress(line: string): CdkEvent | undefined {
  const [, done, all, status, type, resource] = EVENT.exec(line) ?? [];
  if (!done || !all || !status || !type || resource === undefined) return undefined;
  return { done: Number(done), all: Number(all), status, type, resource: resource.trim() };
}

export interface CdkOptions {
  /** The cloud assembly to deploy from. */
  readonly assembly: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Ends the CLI; CloudFormation goes on with what it is at. */
  readonly signal?: AbortSignal;
}

export class CdkError extends UserError {
  override readonly name = 'CdkError';
}

/** The variables that let the plain cdk CLI deploy into the sandbox. */
export function cdkEnvironment(folder: string, access: SandboxAccess): Record<string, string> {
  return {
    ...sandboxVariables(access),
    // With an address S3's bucket stands in the path; nothing resolves bucket.localhost.
    AWS_ENDPOINT_URL_S3: access.endpoint.replace('localhost', '127.0.0.1'),
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    CDK_DISABLE_CLI_TELEMETRY: 'true',
    // What it remembers of accounts stays with the sandbox.
    CDK_HOME: join(folder, 'cdk'),
    // ~/.cdk.json is the user's: a profile or a proxy in it would be used.
    HOME: folder,
    // The CLI sends localhost to a proxy too.
    NO_PROXY: 'localhost,127.0.0.1',
    no_proxy: 'localhost,127.0.0.1',
  };
}

/** @throws CdkError with what the CLI said when it fails */
export async function runCdk(
  options: CdkOptions,
  args: readonly string[],
  onLine: (line: string) => void = () => {},
): Promise<void> {
  const { assembly, environment, signal } = options;
  const always = ['--app', assembly, '--no-notices', '--no-color', '--ci'];
  const { code, output } = await runTool({
    program: process.execPath,
    args: [require.resolve('aws-cdk/bin/cdk'), ...args, ...always],
    // Not where a cdk.json could have a word in it.
    folder: assembly,
    environment,
    foreign: /^CDK_/,
    read: 'all',
    onLine,
    signal,
    stop: ({ pid, exitCode }) => {
      if (pid && exitCode === null) process.kill(-pid, 'SIGTERM');
    },
  });
  signal?.throwIfAborted();
  if (code === 0) return;
  throw new CdkError(`cdk ${args[0]} failed:\n${errorText(output)}`);
}

/** Progress of the CLI itself, which tells nobody why it failed. */
const CHATTER = /^(✨.*|.*: (creating CloudFormation changeset|deploying)\.\.\..*|)$/u;

/** The resources that failed and what the CLI made of it, or the last lines. */
function errorText(output: string): string {
  const lines = output.trim().split('\n');
  const failed = lines.flatMap((line) => {
    const event = parseProgress(line);
    // What was under way is cancelled when another resource fails.
    if (!event?.status.endsWith('_FAILED') || event.resource.includes('cancelled')) return [];
    return [`  ${event.type} ${event.resource}`];
  });
  const said = lines
    .filter((line) => /^\s*(❌|‣|Error:)/u.test(line))
    .map((line) => `  ${line.trim()}`)
    // It ends with a colon where the failed resources would follow.
    .filter((line) => failed.length === 0 || !line.endsWith(':'));
  const told = [...new Set([...failed, ...said])];
  return (told.length > 0 ? told : lines.filter((line) => !CHATTER.test(line)).slice(-20)).join('\n');
}
