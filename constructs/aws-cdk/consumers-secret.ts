import { RemovalPolicy, SecretValue } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import type * as blueprint from '../blueprint/blueprint';
import { accept } from './suppressions';
import { type Transform, transformed } from './transform';

export interface ConsumersSecretTransform {
  readonly secret?: Transform<secretsmanager.SecretProps>;
}

/** A secret that gateways read the consumers' hashed keys from: a new one, or one that exists. */
export interface IConsumersSecret {
  readonly secret: secretsmanager.ISecret;
  /** Lets a principal read the hashes, as whoever lists the consumers must. */
  grantRead(grantee: iam.IGrantable): iam.Grant;
  /** Lets a principal read and write the hashes, as `stagecraft consumers add` does. */
  grantReadWrite(grantee: iam.IGrantable): iam.Grant;
}

export interface ConsumersSecretProps {
  readonly secret: blueprint.ConsumersSecret;
  readonly transform?: ConsumersSecretTransform;
}

/** What may be granted of a secret, whether it is made here or not. */
abstract class Grantable extends Construct implements IConsumersSecret {
  abstract readonly secret: secretsmanager.ISecret;

  grantRead(grantee: iam.IGrantable): iam.Grant {
    return this.secret.grantRead(grantee);
  }

  grantReadWrite(grantee: iam.IGrantable): iam.Grant {
    return this.secret.grantRead(grantee).combine(this.secret.grantWrite(grantee));
  }
}

/**
 * The secret that holds the consumers' hashed keys.
 *
 * CloudFormation writes the first text, which holds no key, and never looks at the value again as long as the template
 * says the same text. **Another first text would be written over the keys**: the text is a contract, pinned by a test.
 * CloudFormation has no labels of versions, so the first version is not labelled.
 */
export class ConsumersSecret extends Grantable {
  readonly secret: secretsmanager.Secret;

  constructor(scope: Construct, id: string, { secret, transform }: ConsumersSecretProps) {
    super(scope, id);
    const { name, description, initialText } = secret;
    this.secret = new secretsmanager.Secret(
      this,
      'Secret',
      transformed(
        {
          secretName: name,
          description,
          secretStringValue: SecretValue.unsafePlainText(initialText),
          // One that stays behind keeps its name, and whoever takes the environment away and deploys it again needs it.
          removalPolicy: RemovalPolicy.DESTROY,
        },
        transform?.secret,
      ),
    );
    accept(this.secret, {
      rule: 'AwsSolutions-SMG4',
      reason:
        'It holds hashes of keys that consumers have: only they can change theirs, and no rotation can.',
    });
  }
}

/** A secret that exists, with the lines that `stagecraft consumers` writes. Makes nothing. */
export class ExistingConsumersSecret extends Grantable {
  readonly secret: secretsmanager.ISecret;

  /** @param props the whole ARN, with the six characters that AWS adds to the name */
  constructor(scope: Construct, id: string, { arn }: { readonly arn: string }) {
    super(scope, id);
    this.secret = secretsmanager.Secret.fromSecretCompleteArn(this, 'Secret', arn);
  }
}
