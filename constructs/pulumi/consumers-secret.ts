import {
  Secret as SecretsmanagerSecret,
  type SecretArgs as SecretsmanagerSecretArgs,
} from '@pulumi/aws/secretsmanager/secret';
import {
  SecretVersion as SecretsmanagerSecretVersion,
  type SecretVersionArgs as SecretsmanagerSecretVersionArgs,
} from '@pulumi/aws/secretsmanager/secretVersion';
import type * as pulumi from '@pulumi/pulumi';
import type * as blueprint from '../blueprint/blueprint';
import { consumersSecret, type SecretLink } from '../graph/consumers-secret';
import { Part } from '../graph/part';
import type { Transform } from '../graph/transform';
import { outside } from '../graph/value';
import { PartComponent } from './part-component';

export interface ConsumersSecretTransform {
  readonly secret?: Transform<SecretsmanagerSecretArgs>;
  readonly version?: Transform<SecretsmanagerSecretVersionArgs>;
}

/** A secret that gateways read the consumers' hashed keys from: a new one, or one that exists. */
export interface IConsumersSecret {
  readonly arn: pulumi.Input<string>;
  /** What must stand before a task can read it. */
  readonly written: readonly pulumi.Resource[];
}

export interface ConsumersSecretArgs {
  readonly secret: blueprint.ConsumersSecret;
  /** Whether Pulumi refuses to destroy it (`protect`). @default false */
  readonly deletionProtection?: boolean;
  readonly transform?: ConsumersSecretTransform;
}

/**
 * The secret that holds the consumers' hashed keys. Pulumi writes the first text, in which there is no key, and never reads
 * or writes it again: the argument is write-only. The state keeps inputs, and so the first text, encrypted as a secret;
 * what `stagecraft consumers` writes later is not in it.
 */
export class ConsumersSecret extends PartComponent<'consumers-secret'> implements IConsumersSecret {
  static readonly resources = {
    aws_secretsmanager_secret: SecretsmanagerSecret,
    aws_secretsmanager_secret_version: SecretsmanagerSecretVersion,
  };
  static readonly nouns = {};

  constructor(
    name: string,
    args: ConsumersSecretArgs | Part<'consumers-secret'>,
    options?: pulumi.ComponentResourceOptions,
  ) {
    super('ConsumersSecret', name, args instanceof Part ? args : ConsumersSecret.#part(name, args), options);
  }

  static #part(name: string, { secret, deletionProtection, transform }: ConsumersSecretArgs) {
    return new Part(consumersSecret(name, secret, deletionProtection).noun, transform);
  }

  get secret(): SecretsmanagerSecret {
    return this.child('Secret');
  }

  get version(): SecretsmanagerSecretVersion {
    return this.child('Version');
  }

  get arn(): pulumi.Output<string> {
    return this.secret.arn;
  }

  override outputs(): pulumi.Inputs {
    return { arn: this.arn };
  }

  get written(): readonly pulumi.Resource[] {
    return [this.version];
  }
}

/** A secret that exists, with the lines that `stagecraft consumers` writes. Makes nothing. */
export class ExistingConsumersSecret implements IConsumersSecret {
  readonly written: readonly pulumi.Resource[] = [];

  /** @param arn the whole ARN, with the six characters that AWS adds to the name */
  constructor(readonly arn: pulumi.Input<string>) {}
}

/** What a graph needs of the secret. */
export const secretLink = ({ arn, written }: IConsumersSecret): SecretLink => ({
  arn: outside(arn),
  written: written.map(outside),
});
