import {
  ResourceServer as CognitoResourceServer,
  type ResourceServerArgs as CognitoResourceServerArgs,
} from '@pulumi/aws/cognito/resourceServer';
import {
  UserPool as CognitoUserPool,
  type UserPoolArgs as CognitoUserPoolArgs,
} from '@pulumi/aws/cognito/userPool';
import {
  UserPoolClient as CognitoUserPoolClient,
  type UserPoolClientArgs as CognitoUserPoolClientArgs,
} from '@pulumi/aws/cognito/userPoolClient';
import {
  UserPoolDomain as CognitoUserPoolDomain,
  type UserPoolDomainArgs as CognitoUserPoolDomainArgs,
} from '@pulumi/aws/cognito/userPoolDomain';
import * as pulumi from '@pulumi/pulumi';
import type * as blueprint from '../blueprint/blueprint';
import { identity } from '../graph/identity';
import { Part } from '../graph/part';
import type { Transform } from '../graph/transform';
import { PartComponent } from './part-component';

export interface IdentityTransform {
  readonly userPool?: Transform<CognitoUserPoolArgs>;
  readonly domain?: Transform<CognitoUserPoolDomainArgs>;
  readonly resourceServer?: Transform<CognitoResourceServerArgs>;
  readonly machineClient?: Transform<CognitoUserPoolClientArgs>;
}

export interface IdentityArgs {
  readonly identity: blueprint.Identity;
  readonly transform?: IdentityTransform;
}

/**
 * A Cognito user pool that gives tokens to machines: a resource server with scopes, and clients that use the
 * client credentials grant.
 *
 * Cognito makes the clients' secrets. They are outputs that Pulumi keeps secret: encrypted in the state, hidden in what it
 * shows.
 */
export class Identity extends PartComponent<'identity'> {
  static readonly resources = {
    aws_cognito_resource_server: CognitoResourceServer,
    aws_cognito_user_pool: CognitoUserPool,
    aws_cognito_user_pool_client: CognitoUserPoolClient,
    aws_cognito_user_pool_domain: CognitoUserPoolDomain,
  };
  static readonly nouns = {};

  constructor(
    name: string,
    args: IdentityArgs | Part<'identity'>,
    options?: pulumi.ComponentResourceOptions,
  ) {
    super(
      'Identity',
      name,
      args instanceof Part ? args : new Part(identity(name, args.identity).noun, args.transform),
      options,
    );
  }

  get userPool(): CognitoUserPool {
    return this.child('UserPool');
  }

  get domain(): CognitoUserPoolDomain {
    return this.child('Domain');
  }

  get resourceServer(): CognitoResourceServer {
    return this.child('ResourceServer');
  }

  /** By the client's id. */
  get machineClients(): Readonly<Record<string, CognitoUserPoolClient>> {
    return this.each(this.settings.machineClients);
  }

  /** Where clients get their tokens. */
  get tokenEndpoint(): pulumi.Output<string> {
    return pulumi.interpolate`https://${this.domain.domain}.${this.settings.tokenDomain}/oauth2/token`;
  }

  /** The `iss` of its tokens; its keys are at `/.well-known/jwks.json` under it. */
  get issuer(): pulumi.Output<string> {
    return pulumi.interpolate`https://${this.userPool.endpoint}`;
  }

  override outputs(): pulumi.Inputs {
    const ids = Object.entries(this.machineClients).map(([id, client]) => [id, client.id]);
    return {
      userPoolId: this.userPool.id,
      issuer: this.issuer,
      tokenEndpoint: this.tokenEndpoint,
      clientIds: Object.fromEntries(ids),
    };
  }
}
