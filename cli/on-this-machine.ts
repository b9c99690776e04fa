/** An environment as the sandbox runs it: its file, or a copy with stand-ins for what stands in an account alone. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { loadEnvironment, locatedIn, parseEnvironment, readData } from '../constructs/blueprint/load';
import type { Environment, Stage } from '../constructs/blueprint/schema';
import { Problems } from '../constructs/problems';
import { sampleCommand } from '../sandbox/sample-api';
import { onThisMachine } from '../sandbox/stand-ins';
import type { Project } from '../stacks/project';
import { environmentFile } from './environment-file';
import { cannotRun } from './runs-here';

export interface Here {
  readonly environment: Environment;
  /** Each stand-in, in words. */
  readonly said: readonly string[];
  /** The project that the engines deploy from. */
  readonly project: Project;
  /** Writes the copy that the engines read; nothing when the file runs here as it is. */
  write(): void;
}

/**
 * @param stage to read it at, whatever the file says
 * @throws UserError when there is none of that name, Problems when the file is broken
 */
export function hereOf(project: Project, name: string, stage?: Stage): Here {
  const file = environmentFile(project, name);
  const environment = loadEnvironment(file, stage);
  const folder = relative(project.root, project.sandbox);
  const { data, said } = onThisMachine(readData(file), environment, { sample: sampleCommand(), folder });
  if (said.length === 0) return { environment, said, project, write: () => {} };
  const environments = join(project.sandbox, 'environments');
  const copy = join(environments, `${name}.yaml`);
  // JSON is YAML.
  const text = `${JSON.stringify(data, null, 2)}\n`;
  return {
    environment: parseEnvironment(text, copy, stage),
    said,
    project: { ...project, environments },
    write: () => {
      mkdirSync(environments, { recursive: true, mode: 0o700 });
      writeFileSync(copy, text, { mode: 0o600 });
    },
  };
}

/** @throws Problems what of the environment this machine cannot run, with places in its file */
export function assertRunsHere(project: Project, { environment }: Here): void {
  const machine = { path: process.env.PATH ?? '', workingDirectory: project.root };
  const problems = cannotRun(environment, machine);
  if (problems.length > 0)
    throw new Problems(locatedIn(environmentFile(project, environment.name), problems));
}
