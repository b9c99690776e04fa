/**
 * What a gateway task is: an ordinary image, a start script, and its configuration in the task definition. A revision
 * so carries its whole configuration, and ECS rolls it forward and back as one.
 */
import { gzipSync, strToU8 } from 'fflate';
import type { Problem } from '../../problems';
import { keyLine } from './consumers';
import { consumersVariable } from './ports';

export const configurationFile = 'haproxy.cfg';

/** A task definition holds 64 KB; some of it is the rest of the definition. */
const largestBytes = 60 * 1024;

const variableOf = (file: string) => `FILE_${file.toUpperCase().replace(/[^A-Z0-9]/g, '_')}`;

/** The same bytes for the same text on every machine: without a time, and "Unix" as the system in the header. */
export function pack(text: string): string {
  const bytes = gzipSync(strToU8(text), { level: 9, mtime: 0 });
  bytes[9] = 3;
  return Buffer.from(bytes).toString('base64');
}

export const environmentOf = (files: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(files).map(([name, text]) => [variableOf(name), pack(text)]));

/**
 * The start script, for any POSIX shell. The consumers' secret goes to a file that only this user can read and leaves
 * the environment before HAProxy starts. The stop signal, whichever the platform sends, becomes HAProxy's soft stop.
 * In the sandbox a task is a process without a network of its own, hence the two addresses.
 */
export function startScript(fileNames: readonly string[]): string {
  const unpack = fileNames.map((name) => {
    const variable = variableOf(name);
    return `printf %s "$${variable}" | base64 --decode | gzip -dc > ${name}; unset ${variable}`;
  });
  return [
    `set -eu; umask 077; folder=`,
    `trap 'rm -rf "$folder"' EXIT; trap 'exit 143' TERM INT USR1`,
    `folder=$(mktemp -d "\${TMPDIR:-/tmp}/gateway.XXXXXX")`,
    'cd "$folder"',
    ...unpack,
    `printf '%s\\n' "\${${consumersVariable}:-}" | { grep -E '^${keyLine}$' || :; } > keys.map; unset ${consumersVariable}`,
    `export LISTEN="\${TASK_ADDRESS:-0.0.0.0}" LOOPBACK="\${TASK_ADDRESS:-127.0.0.1}"`,
    `export DNS="\${DNS_ADDRESS:-169.254.169.253:53}" STARTED="$(date +%s)"`,
    `haproxy -c -f ${configurationFile} > /dev/null`,
    `haproxy -W -db -f ${configurationFile} & child=$!`,
    `trap 'kill -USR1 $child' TERM INT USR1`,
    'code=0; while kill -0 $child 2> /dev/null; do code=0; wait $child || code=$?; done',
    'exit $code',
  ].join('\n');
}

export function sizeProblems(environment: Readonly<Record<string, string>>, script: string): Problem[] {
  const variables = Object.entries(environment).map(([name, value]) => name.length + value.length);
  const bytes = variables.reduce((sum, length) => sum + length, Buffer.byteLength(script));
  if (bytes <= largestBytes) return [];
  return [
    {
      code: 'GATEWAY_TOO_LARGE',
      path: ['apis'],
      message: "The gateway's configuration does not fit into a task definition.",
      given: `${Math.ceil(bytes / 1024)} KB after compression`,
      allowed: `up to ${largestBytes / 1024} KB`,
      fix: 'Put some of the APIs into an environment of their own.',
    },
  ];
}
