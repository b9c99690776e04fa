/** The environment files of a folder, resolved, or all that is wrong with any of them. */
import { statSync } from 'node:fs';
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
  /**
   * Is told what is wrong with an environment; the others are taken all the same. Nothing of it is dropped in silence: the
   * engines make a stack of its name that says so and cannot be deployed.
   * @default what is wrong with one environment stops all
   */
  readonly refuse?: (refused: Refused) => void;
  /**
   * Whether what is made is for an account of AWS: then an environment on loopback addresses, which is the sandbox's, is
   * left out and told.
   */
  readonly leaveOut?: (environment: string, why: string) => void;
}

/** An environment that cannot be deployed as it is written. */
export interface Refused {
  readonly name: string;
  readonly problems: Problems;
}

/** Environments by what can be done with them. */
export interface Sorted {
  readonly sound: readonly Blueprint[];
  readonly refused: readonly Refused[];
}

const isLoopback = ({ network }: Blueprint): boolean => network.cidr.startsWith('127.');

/** @throws Problems everything that is wrong in any of the files; with `refuse` only when none is sound */
export function blueprints(files: EnvironmentFiles): Sorted {
  const { environments, only, stages = {}, refuse, leaveOut } = files;
  const all = listed(environments).filter(({ name }) => only?.includes(name) ?? true);
  const missing = (only ?? []).filter((name) => !all.some((file) => file.name === name));
  const refused: Refused[] = [];
  const resolved = all.flatMap(({ name, file }) => {
    try {
      return [resolve(loadEnvironment(file, Object.hasOwn(stages, name) ? stages[name] : undefined))];
    } catch (error) {
      if (!(error instanceof Problems)) throw error;
      refused.push({ name, problems: error });
      return [];
    }
  });
  if (missing.length > 0 || (refused.length > 0 && (!refuse || resolved.length === 0))) {
    const unknown = missing.map((name) => notThere(environments, name));
    throw new Problems([...unknown, ...refused.flatMap(({ problems }) => problems.problems)]);
  }
  for (const one of refused) refuse?.(one);
  const isLeftOut = (one: Blueprint): boolean => leaveOut !== undefined && isLoopback(one);
  for (const { environment, network } of resolved.filter(isLeftOut)) leaveOut?.(environment, network.cidr);
  return { sound: resolved.filter((one) => !isLeftOut(one)), refused: onePerName(refused) };
}

/** Two files of one environment are refused both. */
const onePerName = (refused: readonly Refused[]): Refused[] => [
  ...new Map(refused.map((one) => [one.name, one])).values(),
];

const notThere = (environments: string, name: string): Problem => ({
  code: 'ENVIRONMENT_UNKNOWN',
  path: [],
  file: path.join(environments, `${name}.yaml`),
  message: 'There is no such environment.',
  given: name,
  fix: 'Check the name, and the folder that environments are read from.',
});

/** A stack's id for a name that may be no environment's: of letters, digits and hyphens, and none of an object's own. */
export function stackId({ name }: Refused): string {
  const id = name.replace(/[^A-Za-z0-9]+/g, '-').replace(/^-*/, '');
  return id === '' || id in {} ? `refused-${id}` : id;
}

function listed(environments: string): ReturnType<typeof listEnvironments> {
  if (statSync(environments, { throwIfNoEntry: false })?.isDirectory()) return listEnvironments(environments);
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
