import {
  SecretsmanagerSecret,
  type SecretsmanagerSecretConfig,
} from '@cdktf/provider-aws/lib/secretsmanager-secret';
import {
  SecretsmanagerSecretVersion,
  type SecretsmanagerSecretVersionConfig,
} from '@cdktf/provider-aws/lib/secretsmanager-secret-version';
import type { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import type * as blueprint from '../blueprint/blueprint';
import { kept } from './lifecycle';
import { literal } from './literal';
import { type Transform, transformed } from './transform';

export interface ConsumersSecretTransform {
  readonly secret?: Transform<SecretsmanagerSecretConfig>;
  readonly version?: Transform<SecretsmanagerSecretVersionConfig>;
}

/** A secret that gateways read the consumers' hashed keys from: a new one, or one that exists. */
export interface IConsumersSecret {
  readonly arn: string;
  /** What must stand before a task can read it. */
  readonly written: readonly ITerraformDependable[];
}

export interface ConsumersSecretProps {
  readonly secret: blueprint.ConsumersSecret;
  /** Whether Terraform refuses to destroy it. @default false */
  readonly deletionProtection?: boolean;
  readonly transform?: ConsumersSecretTransform;
}

/**
 * The secret that holds the consumers' hashed keys. Terraform writes the first text and never looks at it again:
 * the value is write-only, so neither the state nor a plan holds it. Needs Terraform or OpenTofu 1.11; with CDK Terrain,
 * say so in the context `targetVersions`.
 */
export class ConsumersSecret extends Construct implements IConsumersSecret {
  readonly secret: SecretsmanagerSecret;
  readonly version: SecretsmanagerSecretVersion;

  constructor(scope: Construct, id: string, props: ConsumersSecretProps) {
    super(scope, id);
    const { name, description, initialText, initialLabel } = literal(props.secret);
    this.secret = new SecretsmanagerSecret(
      this,
      'Secret',
      transformed(
        {
          name,
          description,
          // A deleted secret keeps its name for as long as it can be recovered, and whoever takes the environment away
          // and deploys it again needs the name at once.
          recoveryWindowInDays: 0,
          lifecycle: { createBeforeDestroy: true, ...kept(props.deletionProtection) },
        },
        props.transform?.secret,
      ),
    );
    this.version = new SecretsmanagerSecretVersion(
      this,
      'Version',
      transformed(
        {
          secretId: this.secret.id,
          secretStringWo: initialText,
          secretStringWoVersion: 1,
          // A label of its own keeps the first version when another one becomes the current one.
          versionStages: ['AWSCURRENT', initialLabel],
          lifecycle: { createBeforeDestroy: true, ignoreChanges: ['version_stages'] },
        },
        props.transform?.version,
      ),
    );
  }

  get arn(): string {
    return this.secret.arn;
  }

  get written(): readonly ITerraformDependable[] {
    return [this.version];
  }
}

/** A secret that exists, with the lines that `stagecraft consumers` writes. Makes nothing. */
export class ExistingConsumersSecret implements IConsumersSecret {
  readonly written: readonly ITerraformDependable[] = [];

  /** @param arn the whole ARN, with the six characters that AWS adds to the name */
  constructor(readonly arn: string) {}
}
