import { existsSync } from 'node:fs';
import path from 'node:path';
import { App } from 'cdktf';
import type { Blueprint } from '../../constructs/blueprint/blueprint';
import { listEnvironments, loadEnvironment } from '../../constructs/blueprint/load';
import { resolve } from '../../constructs/blueprint/resolve';
import type { Stage } from '../../constructs/blueprint/schema';
import { type Problem, Problems } from '../../constructs/problems';
import { stackOf } from './stacks';

export interface SynthesizeOptions {
  /** Folder of environment files. */
  readonly environments: string;
  /** Folder to write into. */
  readonly outdir: string;
  /**
   * Names of the environments to synthesize.
   * @default all in the folder
   */
  readonly only?: readonly string[];
  /**
   * Stages by environment name, instead of those in the files.
   * @default those in the files
   */
  readonly stages?: Readonly<Record<string, Stage>>;
  /**
   * Folder that the path of a local state begins at.
   * @default the working directory
   */
  readonly root?: string;
  /**
   * Version constraint for the AWS provider, where only another one is to be had: `~> 5.100`.
   * @default the version that the bindings were made for
   */
  readonly awsProviderVersion?: string;
}

export interface SynthesizedStack {
  readonly name: string;
  readonly blueprint: Blueprint;
  /** Folder to run Terraform in. */
  readonly workingFolder: string;
}

/**
 * Environment files -> a Terraform configuration for each, under `<outdir>/stacks/<name>`.
 * @throws Problems everything that is wrong in any of the files; nothing is written then
 */
export function synthesize(options: SynthesizeOptions): SynthesizedStack[] {
  const outdir = path.resolve(options.outdir);
  const root = path.resolve(options.root ?? '.');
  const stacks = blueprints(options).map((blueprint) => ({
    name: blueprint.environment,
    blueprint,
    workingFolder: path.join(outdir, 'stacks', blueprint.environment),
  }));
  const { awsProviderVersion } = options;
  withoutTraces(() => {
    const app = new App({ outdir, stackTraces: false });
    for (const { blueprint, workingFolder } of stacks) {
      new stackOf[blueprint.stage](app, { blueprint, root, workingFolder, awsProviderVersion });
    }
    app.synth();
  });
  return stacks;
}

function blueprints({ environments, only, stages = {} }: SynthesizeOptions): Blueprint[] {
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

/** cdktf takes a stack trace for each reference that it makes: half of the time, and read by nobody here. */
function withoutTraces(work: () => void): void {
  const { captureStackTrace } = Error;
  Error.captureStackTrace = () => {};
  try {
    work();
  } finally {
    Error.captureStackTrace = captureStackTrace;
  }
}
