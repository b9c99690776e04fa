import type * as iam from 'aws-cdk-lib/aws-iam';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import type * as blueprint from '../blueprint/blueprint';
import { consumersSecret, type SecretLink } from '../graph/consumers-secret';
import { Part } from '../graph/part';
import type { Transform } from '../graph/transform';
import { outside } from '../graph/value';
import { PartConstruct } from './part-construct';
import { Given } from './values';

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

const readAndWrite = (secret: secretsmanager.ISecret, grantee: iam.IGrantable): iam.Grant =>
  secret.grantRead(grantee).combine(secret.grantWrite(grantee));

/**
 * The secret that holds the consumers' hashed keys.
 *
 * CloudFormation writes the first text, which holds no key, and never looks at the value again as long as the template
 * says the same text. **Another first text would be written over the keys**: the text is a contract, pinned by a test.
 * CloudFormation has no labels of versions, so the first version is not labelled.
 */
export class ConsumersSecret extends PartConstruct<'consumers-secret'> implements IConsumersSecret {
  static readonly nouns = {};

  constructor(scope: Construct, id: string, props: ConsumersSecretProps | Part<'consumers-secret'>) {
    super(
      scope,
      id,
      props instanceof Part ? props : new Part(consumersSecret(id, props.secret).noun, props.transform),
    );
  }

  get secret(): secretsmanager.Secret {
    return this.child('Secret');
  }

  grantRead(grantee: iam.IGrantable): iam.Grant {
    return this.secret.grantRead(grantee);
  }

  grantReadWrite(grantee: iam.IGrantable): iam.Grant {
    return readAndWrite(this.secret, grantee);
  }
}

/** A secret that exists, with the lines that `stagecraft consumers` writes. Makes nothing. */
export class ExistingConsumersSecret extends Construct implements IConsumersSecret {
  readonly secret: secretsmanager.ISecret;

  /** @param props the whole ARN, with the six characters that AWS adds to the name */
  constructor(scope: Construct, id: string, { arn }: { readonly arn: string }) {
    super(scope, id);
    this.secret = secretsmanager.Secret.fromSecretCompleteArn(this, 'Secret', arn);
  }

  grantRead(grantee: iam.IGrantable): iam.Grant {
    return this.secret.grantRead(grantee);
  }

  grantReadWrite(grantee: iam.IGrantable): iam.Grant {
    return readAndWrite(this.secret, grantee);
  }
}

/** What a graph needs of the secret. */
export const secretLink = ({ secret }: IConsumersSecret): SecretLink => ({
  arn: outside(new Given(secret, secret.secretArn)),
  written: [outside(secret)],
});
