/**
 * What a gateway task is: an ordinary image, a start script, and its configuration in the task definition. A revision
 * so carries its whole configuration, and ECS rolls it forward and back as one.
 */
import { gzipSync, strToU8 } from 'fflate';
import type { Problem } from '../../../problems';

export const configurationFile = 'haproxy.cfg';

/** A task definition holds 64 KB; some of it is the rest of the definition. */
const largestBytes = 60 * 1024;

/** What the names of all variables begin with that carry a file. */
export const filePrefix = 'FILE_';

export const variableOf = (file: string) => `${filePrefix}${file.toUpperCase().replace(/[^A-Z0-9]/g, '_')}`;

/** The same bytes for the same text on every machine: without a time, and "Unix" as the system in the header. */
export function pack(text: string): string {
  const bytes = gzipSync(strToU8(text), { level: 9, mtime: 0 });
  bytes[9] = 3;
  return Buffer.from(bytes).toString('base64');
}

export const environmentOf = (files: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(files).map(([name, text]) => [variableOf(name), pack(text)]));

/** @param environment of all containers @param commands of all containers */
export function sizeProblems(
  environment: Readonly<Record<string, string>>,
  commands: readonly string[],
): Problem[] {
  const variables = Object.entries(environment).map(([name, value]) => name.length + value.length);
  const bytes = variables.reduce((sum, length) => sum + length, Buffer.byteLength(commands.join('')));
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
