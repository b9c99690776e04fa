/** What each engine synthesizes of a blueprint, with the metadata that names each construct's path. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as cdk from 'aws-cdk-lib';
import { type CloudFormationStackArtifact, CURRENTLY_RECOMMENDED_FLAGS } from 'aws-cdk-lib/cx-api';
import * as cdktf from 'cdktf';
import type { Blueprint } from '../../../constructs/blueprint/blueprint';
import { stackOf as awsCdkStackOf } from '../../../stacks/aws-cdk/stacks';
import { stackOf as cdktfStackOf } from '../../../stacks/cdktf/stacks';

// biome-ignore lint/suspicious/noExplicitAny: what is in a resource depends on its type
export type Settings = Record<string, any>;

/** As much of `cdk.tf.json` as is read. */
export interface Configuration {
  readonly provider: Settings;
  readonly resource?: Readonly<Record<string, Readonly<Record<string, Settings>>>>;
  readonly output?: Readonly<Record<string, Settings>>;
}

/** As much of a CloudFormation template as is read. */
export interface Template {
  readonly Resources: Readonly<Record<string, Settings>>;
  readonly Outputs?: Readonly<Record<string, Settings>>;
  /** The templates of its nested stacks, by logical id. */
  readonly nested?: Readonly<Record<string, Template>>;
}

function inFolder<Result>(work: (folder: string) => Result): Result {
  const folder = mkdtempSync(path.join(tmpdir(), 'stagecraft-engines-'));
  try {
    return work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** cdktf takes a stack trace for each reference that it makes: most of its time, and read by nobody here. */
function withoutTraces<Result>(work: () => Result): Result {
  const { captureStackTrace } = Error;
  Error.captureStackTrace = () => {};
  try {
    return work();
  } finally {
    Error.captureStackTrace = captureStackTrace;
  }
}

/** The `cdk.tf.json` of a blueprint. */
export const configurationOf = (blueprint: Blueprint): Configuration =>
  withoutTraces(() => inFolder((outdir) => configurationIn(outdir, blueprint)));

function configurationIn(outdir: string, blueprint: Blueprint): Configuration {
  const app = new cdktf.App({ outdir, stackTraces: false });
  const workingFolder = path.join(outdir, 'stacks', blueprint.environment);
  new cdktfStackOf[blueprint.stage](app, { blueprint, root: outdir, workingFolder });
  app.synth();
  return JSON.parse(readFileSync(path.join(workingFolder, 'cdk.tf.json'), 'utf8'));
}

/** The template of a blueprint. */
export const templateOf = (blueprint: Blueprint): Template =>
  inFolder((outdir) => {
    // CDK's own check takes seconds for each app.
    const app = new cdk.App({
      outdir,
      analyticsReporting: false,
      builtinCloudFormationValidation: false,
      context: {
        ...CURRENTLY_RECOMMENDED_FLAGS,
        'aws:cdk:enable-path-metadata': true,
        'aws:cdk:enable-asset-metadata': true,
      },
    });
    new awsCdkStackOf[blueprint.stage](app, { blueprint });
    return withNested(app.synth().getStackByName(blueprint.environment));
  });

/** The template of a stack that was synthesized, with those of its nested stacks. */
export function withNested({ template, assembly }: CloudFormationStackArtifact): Template {
  const nested = Object.entries((template as Template).Resources).flatMap(
    ([logicalId, { Type, Metadata }]) => {
      if (Type !== 'AWS::CloudFormation::Stack') return [];
      const file = path.join(assembly.directory, Metadata['aws:asset:path']);
      return [[logicalId, JSON.parse(readFileSync(file, 'utf8'))] as const];
    },
  );
  return nested.length > 0 ? { ...template, nested: Object.fromEntries(nested) } : template;
}
