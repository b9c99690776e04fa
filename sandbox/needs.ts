/** Programs and packages that must be on the machine: whether they are, in which version, and what installs them. */
import { execFile } from 'node:child_process';

/** A program that was found. */
export interface Found {
  /** What to run. */
  readonly path: string;
  readonly version: string;
}

/** Commands that install it, by system. */
export type Install = Readonly<Record<'Debian' | 'macOS', string>>;

/** What must be there before anything is deployed. */
export interface Need {
  /** Of the program or the package. */
  readonly name: string;
  /** As a sentence names it. */
  readonly title: string;
  readonly install: Install;
  /** Looks for it. @returns what was found, or in words why that will not do */
  look(): Promise<Found | string>;
}

/** @returns why it is not there, or not in a version that will do */
export async function whyMissing({ look }: Need): Promise<string | undefined> {
  const found = await look();
  return typeof found === 'string' ? found : undefined;
}

/** How a program tells its version; `says` may have a second group, the path to run instead. */
export interface Probe {
  readonly name: string;
  readonly args: readonly string[];
  readonly says: RegExp;
  readonly least: string;
}

/** Asks a program for its version. @returns why it will not do, when it will not */
export async function probe(program: string, { name, args, says, least }: Probe): Promise<Found | string> {
  const { output } = await run(program, args);
  const [, version, realPath] = says.exec(output) ?? [];
  if (!version) return `${name} was not found`;
  if (!atLeast(version, least)) {
    return `${name} ${version} was found; ${least} or newer is needed`;
  }
  return { path: realPath ?? program, version };
}

/** What a command printed, and whether it ended with 0. */
export function run(
  command: string,
  args: readonly string[],
  timeoutSeconds = 60,
): Promise<{ readonly good: boolean; readonly output: string }> {
  const env = { ...process.env, CHECKPOINT_DISABLE: '1', DEBIAN_FRONTEND: 'noninteractive' };
  return new Promise((resolve) => {
    // Not execa 5: its timer goes on for a program that does not exist, and keeps this process alive.
    execFile(command, args, { env, timeout: timeoutSeconds * 1000 }, (error, stdout, stderr) => {
      resolve({ good: error === null, output: [stdout, stderr].filter(Boolean).join('\n') });
    });
  });
}

/** Whether a version is at least another: 2.6.12 is at least 2.6. */
export function atLeast(version: string, least: string): boolean {
  const parts = (text: string) => text.split('.').map(Number);
  const [have, want] = [parts(version), parts(least)];
  for (const [i, wanted] of want.entries()) {
    const difference = (have[i] ?? 0) - wanted;
    if (difference !== 0) return difference > 0;
  }
  return true;
}
