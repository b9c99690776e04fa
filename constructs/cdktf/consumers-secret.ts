import {
  SecretsmanagerSecret,
  type SecretsmanagerSecretConfig,
} from '@cdktf/provider-aws/lib/secretsmanager-secret';
import {
  SecretsmanagerSecretVersion,
  type SecretsmanagerSecretVersionConfig,
} from '@cdktf/provider-aws/lib/secretsmanager-secret-version';
import type { ITerraformDependable } from 'cdktf';
import type { Construct } from 'constructs';
import type * as blueprint from '../blueprint/blueprint';
import { consumersSecret, type SecretLink } from '../graph/consumers-secret';
import { Part } from '../graph/part';
import type { Transform } from '../graph/transform';
import { outside } from '../graph/value';
import { PartConstruct } from './part-construct';

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
export class ConsumersSecret extends PartConstruct<'consumers-secret'> implements IConsumersSecret {
  static readonly resources = {
    aws_secretsmanager_secret: SecretsmanagerSecret,
    aws_secretsmanager_secret_version: SecretsmanagerSecretVersion,
  };
  static readonly nouns = {};

  constructor(scope: Construct, id: string, props: ConsumersSecretProps | Part<'consumers-secret'>) {
    super(scope, id, props instanceof Part ? props : ConsumersSecret.#part(id, props));
  }

  static #part(id: string, { secret, deletionProtection, transform }: ConsumersSecretProps) {
    return new Part(consumersSecret(id, secret, deletionProtection).noun, transform);
  }

  get secret(): SecretsmanagerSecret {
    return this.child('Secret');
  }

  get version(): SecretsmanagerSecretVersion {
    return this.child('Version');
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

/** What a graph needs of the secret. */
export const secretLink = ({ arn, written }: IConsumersSecret): SecretLink => ({
  arn: outside(arn),
  written: written.map(outside),
});
