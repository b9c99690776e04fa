import path from 'node:path';
import { App } from 'cdktf';
import type { Blueprint } from '../../constructs/blueprint/blueprint';
import { Problems } from '../../constructs/problems';
import { blueprints, type EnvironmentFiles, type Sorted } from '../blueprints';
import { leftInOtherRegions } from './other-regions';
import { RefusedStack } from './refused-stack';
import { stackOf } from './stacks';

export interface SynthesizeOptions extends EnvironmentFiles {
  /** Folder to write into. */
  readonly outdir: string;
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
  const { sound, refused } = withoutOrphans(blueprints(options), root, options.refuse);
  const stacks = sound.map((blueprint) => ({
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
    for (const one of refused) new RefusedStack(app, one);
    app.synth();
  });
  return stacks;
}

/** Refuses the environments that would lose from sight what stands in another region. */
function withoutOrphans(
  { sound, refused }: Sorted,
  root: string,
  refuse: EnvironmentFiles['refuse'],
): Sorted {
  const orphaning = sound.flatMap((blueprint) => {
    const problems = leftInOtherRegions(blueprint, root);
    return problems.length > 0 ? [{ name: blueprint.environment, problems: new Problems(problems) }] : [];
  });
  if (orphaning.length === 0) return { sound, refused };
  if (!refuse) throw new Problems(orphaning.flatMap(({ problems }) => problems.problems));
  orphaning.forEach(refuse);
  const isOrphaning = ({ environment }: Blueprint): boolean =>
    orphaning.some(({ name }) => name === environment);
  return { sound: sound.filter((one) => !isOrphaning(one)), refused: [...refused, ...orphaning] };
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
