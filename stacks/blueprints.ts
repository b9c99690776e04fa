/** The environment files of a folder, resolved, or all that is wrong with any of them. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Blueprint } from '../constructs/blueprint/blueprint';
import { listEnvironments, loadEnvironment } from '../constructs/blueprint/load';
import { resolve } from '../constructs/blueprint/resolve';
import type { Stage } from '../constructs/blueprint/schema';
import { type Problem, Problems } from '../constructs/problems';

export interface EnvironmentFiles {
  /** Folder of environment files. */
  readonly environments: string;
  /**
   * Names of the environments to take.
   * @default all in the folder
   */
  readonly only?: readonly string[];
  /**
   * Stages by environment name, instead of those in the files.
   * @default those in the files
   */
  readonly stages?: Readonly<Record<string, Stage>>;
}

/** @throws Problems everything that is wrong in any of the files */
export function blueprints({ environments, only, stages = {} }: EnvironmentFiles): Blueprint[] {
  const files = listed(environments).filter(({ name }) => only?.includes(name) ?? true);
  const missing = (only ?? []).filter((name) => !files.some((file) => file.name === name));
  const problems: Problem[] = missing.map((name) => ({
    code: 'ENVIRONMENT_UNKNOWN',
    path: [],
    file: path.join(environments, `${name}.yaml`),
    message: 'There is no such environment.',
    given: name,
    fix: 'Check the name, and the folder that environments are read from.',
  }));
  const resolved = files.flatMap(({ name, file }) => {
    try {
      return [resolve(loadEnvironment(file, stages[name]))];
    } catch (error) {
      if (!(error instanceof Problems)) throw error;
      problems.push(...error.problems);
      return [];
    }
  });
  if (problems.length > 0) throw new Problems(problems);
  return resolved;
}

function listed(environments: string): ReturnType<typeof listEnvironments> {
  if (existsSync(environments)) return listEnvironments(environments);
  throw new Problems([
    {
      code: 'FOLDER_MISSING',
      path: [],
      file: environments,
      message: 'There is no such folder of environment files.',
      fix: 'Work in the project folder, or name the folder in STAGECRAFT_ENVIRONMENTS.',
    },
  ]);
}
