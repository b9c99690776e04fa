import path from 'node:path';
import { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import { LocalBackend, S3Backend, TerraformStack } from 'cdktf';
import type { Construct } from 'constructs';
import type { Blueprint } from '../../constructs/blueprint/blueprint';
import { literal } from '../../constructs/cdktf/literal';
import { OLDEST_TERRAFORM } from '../../constructs/terraform/versions';

export interface EnvironmentStackProps {
  readonly blueprint: Blueprint;
  /** Folder that a local state's path begins at. */
  readonly root: string;
  /** Folder that Terraform runs in. */
  readonly workingFolder: string;
  /**
   * Version constraint for the AWS provider.
   * @default the version that the bindings were made for
   */
  readonly awsProviderVersion?: string;
}

/** One environment: its provider with region and tags, its state, and what its stage provisions. */
export abstract class EnvironmentStack extends TerraformStack {
  readonly blueprint: Blueprint;

  constructor(scope: Construct, props: EnvironmentStackProps) {
    super(scope, props.blueprint.environment);
    this.blueprint = props.blueprint;
    // CDK Terrain refuses what an older version would not know, unless it is told that none is meant.
    this.node.setContext('targetVersions', {
      terraform: `>=${OLDEST_TERRAFORM}`,
      opentofu: `>=${OLDEST_TERRAFORM}`,
    });
    const { region, account, tags } = props.blueprint;
    new AwsProvider(this, 'aws', {
      region,
      ...(account && { allowedAccountIds: [account] }),
      defaultTags: [{ tags: literal(tags) }],
    });
    this.addOverride('terraform.required_version', `>= ${OLDEST_TERRAFORM}`);
    if (props.awsProviderVersion !== undefined) {
      this.addOverride('terraform.required_providers.aws.version', props.awsProviderVersion);
    }
    this.#backend(props);
  }

  #backend({ blueprint, root, workingFolder }: EnvironmentStackProps): void {
    const state = literal(blueprint.state);
    if (state.kind === 'local') {
      // Relative, so that what is synthesized is the same on every machine.
      new LocalBackend(this, { path: path.relative(workingFolder, path.resolve(root, state.path)) });
      return;
    }
    const { bucket, key, region } = state;
    new S3Backend(this, { bucket, key, region, encrypt: true }).addOverride('use_lockfile', true);
  }
}
