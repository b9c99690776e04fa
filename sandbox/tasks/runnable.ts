/** Which containers can be processes on this machine. A task can do without those that no essential one needs. */
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import type { ContainerSpec } from './types';

export interface Runnable {
  readonly run: readonly ContainerSpec[];
  /** Why each of the others is not run. */
  readonly notRun: readonly string[];
}

export interface Machine {
  /** Search path for programs. */
  readonly path: string;
  /** Where relative paths start. */
  readonly workingDirectory: string;
}

export function runnable(containers: readonly ContainerSpec[], machine: Machine): Runnable {
  const needed = neededNames(containers);
  const reasons = new Map<string, string>();
  for (const container of containers) {
    const reason = needed.has(container.name) ? undefined : whyNot(container, machine);
    if (reason !== undefined) reasons.set(container.name, reason);
  }
  const run = containers
    .filter(({ name }) => !reasons.has(name))
    .map((container) => ({
      ...container,
      dependsOn: container.dependsOn.filter(({ name }) => !reasons.has(name)),
    }));
  const notRun = [...reasons].map(
    ([name, reason]) => `container ${name} is not run in the sandbox: ${reason}`,
  );
  return { run, notRun };
}

/** The essential containers, and those that must have been started before them. */
export function neededNames(
  containers: readonly Pick<ContainerSpec, 'name' | 'essential' | 'dependsOn'>[],
): ReadonlySet<string> {
  const needed = new Set<string>();
  const visit = ({ name, dependsOn }: (typeof containers)[number]): void => {
    if (needed.has(name)) return;
    needed.add(name);
    for (const container of containers)
      if (dependsOn.some((one) => one.name === container.name)) visit(container);
  };
  for (const container of containers) if (container.essential) visit(container);
  return needed;
}

function whyNot({ command, environment }: ContainerSpec, machine: Machine): string | undefined {
  const [program] = command;
  if (program === undefined) return 'it runs what its image says, and there is no container engine';
  return hasProgram(program, { ...machine, path: environment.PATH ?? machine.path })
    ? undefined
    : `there is no program ${program} on this machine`;
}

/** Whether a process can be made of it. */
export function hasProgram(program: string, { path, workingDirectory }: Machine): boolean {
  const folders = path.split(delimiter).filter((folder) => folder !== '');
  const candidates = program.includes('/')
    ? [resolve(workingDirectory, program)]
    : folders.map((folder) => join(resolve(workingDirectory, folder), program));
  return candidates.some(isProgram);
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
