/** What went wrong, as a sentence with the way out; or as JSON, for a machine. */
import { relative } from 'node:path';
import { CommanderError } from 'commander';
import { formatProblems, type Problem, Problems } from '../constructs/problems';
import { SandboxProblem } from '../sandbox/folder';
import { UserError } from '../stacks/user-error';

export interface Told {
  /** `PROBLEMS`: something is wrong with a file. `USAGE`: with the command line. `FAILED`, `UNEXPECTED`. */
  readonly code: string;
  readonly message: string;
  /** All that is wrong, when that is known by its places. */
  readonly problems?: readonly Problem[];
}

type SystemError = Error & {
  readonly code?: string;
  readonly hostname?: string;
  readonly address?: string;
  readonly port?: number;
  readonly path?: string;
};

/** What the system says in capital letters. */
const SYSTEM: Readonly<Record<string, (error: SystemError) => string>> = {
  ENOTFOUND: ({ hostname }) =>
    `No name server knows ${hostname ?? 'the host'}. Check the network, the region, and that the environment is deployed.`,
  EAI_AGAIN: ({ hostname }) => `No name server answers for ${hostname ?? 'the host'}. Check the network.`,
  ECONNREFUSED: ({ address, port }) =>
    `Nothing listens on ${address ?? 'the address'}${port ? ` port ${port}` : ''}. Is it deployed, or the sandbox up? See: npx stagecraft status`,
  ECONNRESET: () => 'The other side has closed the connection before it answered. Try again.',
  ETIMEDOUT: ({ address, port }) =>
    `No answer from ${address ?? 'the address'}${port ? ` port ${port}` : ''} in time. Check the network.`,
  ENOENT: ({ path }) => `There is no ${shownPath(path)}.`,
  ENOTDIR: ({ path }) => `${shownPath(path)} is no folder.`,
  EISDIR: ({ path }) => `${shownPath(path)} is a folder, and should be a file.`,
  EACCES: ({ path }) => `You may not use ${shownPath(path)}: change its owner or its mode.`,
  EPERM: ({ path }) => `You may not use ${shownPath(path)}: change its owner or its mode.`,
  EROFS: ({ path }) => `${shownPath(path)} is on a file system that cannot be written.`,
  ENOSPC: () => 'No space is left on the disk.',
  EMFILE: () => 'Too many files are open: raise the limit (ulimit -n 4096).',
};

const shownPath = (path: string | undefined): string =>
  path === undefined ? 'such file or folder' : nearby(path);

/** From here, when that is shorter. */
const nearby = (path: string): string => {
  const near = relative(process.cwd(), path) || '.';
  return near.length < path.length ? near : path;
};

/** What AWS says in a word that needs to be known. */
const AWS: Readonly<Record<string, string>> = {
  ClusterNotFoundException:
    'The environment is not deployed: there is no ECS cluster of it in this account and region. Deploy it first (in the sandbox: npx stagecraft up).',
  ServiceNotFoundException:
    'The environment is not deployed whole: ECS knows no such service in this account and region. Deploy it again (in the sandbox: npx stagecraft up).',
  TargetGroupNotFound:
    'The environment is not deployed whole: a target group of it is missing in this account and region. Deploy it again (in the sandbox: npx stagecraft up).',
  LoadBalancerNotFound:
    'The environment is not deployed whole: its load balancer is missing in this account and region. Deploy it again (in the sandbox: npx stagecraft up).',
  ExpiredTokenException: 'The AWS credentials have expired: get new ones (aws sso login, say).',
  ExpiredToken: 'The AWS credentials have expired: get new ones (aws sso login, say).',
  UnrecognizedClientException:
    'AWS does not know these credentials: check AWS_PROFILE and AWS_ACCESS_KEY_ID.',
  InvalidClientTokenId: 'AWS does not know these credentials: check AWS_PROFILE and AWS_ACCESS_KEY_ID.',
  CredentialsProviderError:
    'No AWS credentials. Set them up for your account (aws configure, or AWS_PROFILE), or start the sandbox: npx stagecraft up',
};

/** @returns undefined when it is nothing that can be expected */
function expected(error: Error): string | undefined {
  const { name, message } = error;
  if (error instanceof UserError || error instanceof SandboxProblem) return message;
  const known = Object.hasOwn(AWS, name) ? AWS[name] : undefined;
  if (known) return known;
  if (name === 'ResourceNotFoundException' && '$metadata' in error)
    return `The environment is not deployed whole in this account and region, as AWS says: ${message} Deploy it again (in the sandbox: npx stagecraft up).`;
  if ('$metadata' in error && !(name in SYSTEM))
    return `AWS answered ${name}: ${message || 'no reason given'}`;
  const system = error as SystemError;
  const missing = missingPackage(system);
  if (missing) return missing;
  const { code } = system;
  return code !== undefined && Object.hasOwn(SYSTEM, code) ? SYSTEM[code]?.(system) : undefined;
}

/** A package that an engine needs, which is not a dependency of ours. */
function missingPackage({ code, message }: SystemError): string | undefined {
  if (code !== 'MODULE_NOT_FOUND' && code !== 'ERR_MODULE_NOT_FOUND') return undefined;
  const [, module] = /Cannot find (?:module|package) '([^'./][^']*)'/.exec(message) ?? [];
  if (module === undefined) return undefined;
  const parts = module.split('/');
  const name = parts.slice(0, module.startsWith('@') ? 2 : 1).join('/');
  return `The package ${name} is not installed, and this needs it: npm install ${name}`;
}

/** An error within one that says nothing itself, such as one of several addresses that were tried. */
const inner = (error: Error): Error =>
  error instanceof AggregateError && error.errors[0] instanceof Error ? error.errors[0] : error;

/** What to tell of an error; its stack only with STAGECRAFT_DEBUG=1. */
export function told(thrown: unknown, debug = process.env.STAGECRAFT_DEBUG === '1'): Told {
  if (thrown instanceof Problems) {
    const problems = thrown.problems.map((one) => (one.file ? { ...one, file: nearby(one.file) } : one));
    return { code: 'PROBLEMS', message: formatProblems(problems), problems };
  }
  if (!(thrown instanceof Error)) return { code: 'UNEXPECTED', message: String(thrown) };
  const error = inner(thrown);
  if (error instanceof CommanderError)
    return { code: 'USAGE', message: error.message.replace(/^error: /, '') };
  const sentence = expected(error);
  const message = debug ? (error.stack ?? error.message) : sentence;
  if (sentence !== undefined) return { code: 'FAILED', message: message ?? sentence };
  return {
    code: 'UNEXPECTED',
    message: message ?? `${error.message || error.name}\nSet STAGECRAFT_DEBUG=1 to see where.`,
  };
}

/** For a person. */
export const toldText = ({ message, problems }: Told, color: boolean): string =>
  problems ? formatProblems(problems, { color }) : message;

/** For a machine: the one document of a command that failed. */
export const toldJson = ({ code, message, problems }: Told): string =>
  JSON.stringify({ error: problems ? { code, problems } : { code, message } }, null, 2);
