import {
  CognitoResourceServer,
  type CognitoResourceServerConfig,
} from '@cdktf/provider-aws/lib/cognito-resource-server';
import { CognitoUserPool, type CognitoUserPoolConfig } from '@cdktf/provider-aws/lib/cognito-user-pool';
import {
  CognitoUserPoolClient,
  type CognitoUserPoolClientConfig,
} from '@cdktf/provider-aws/lib/cognito-user-pool-client';
import {
  CognitoUserPoolDomain,
  type CognitoUserPoolDomainConfig,
} from '@cdktf/provider-aws/lib/cognito-user-pool-domain';
import type { Construct } from 'constructs';
import type * as blueprint from '../blueprint/blueprint';
import { identity } from '../graph/identity';
import { Part } from '../graph/part';
import type { Transform } from '../graph/transform';
import { PartConstruct } from './part-construct';

export interface IdentityTransform {
  readonly userPool?: Transform<CognitoUserPoolConfig>;
  readonly domain?: Transform<CognitoUserPoolDomainConfig>;
  readonly resourceServer?: Transform<CognitoResourceServerConfig>;
  readonly machineClient?: Transform<CognitoUserPoolClientConfig>;
}

export interface IdentityProps {
  readonly identity: blueprint.Identity;
  readonly transform?: IdentityTransform;
}

/**
 * A Cognito user pool that gives tokens to machines: a resource server with scopes, and clients that use the
 * client credentials grant.
 *
 * Cognito makes the clients' secrets, and the provider keeps them in the state: keep the state encrypted.
 */
export class Identity extends PartConstruct<'identity'> {
  static readonly resources = {
    aws_cognito_resource_server: CognitoResourceServer,
    aws_cognito_user_pool: CognitoUserPool,
    aws_cognito_user_pool_client: CognitoUserPoolClient,
    aws_cognito_user_pool_domain: CognitoUserPoolDomain,
  };
  static readonly nouns = {};

  constructor(scope: Construct, id: string, props: IdentityProps | Part<'identity'>) {
    super(
      scope,
      id,
      props instanceof Part ? props : new Part(identity(id, props.identity).noun, props.transform),
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
  get tokenEndpoint(): string {
    return `https://${this.domain.domain}.${this.settings.tokenDomain}/oauth2/token`;
  }

  /** The `iss` of its tokens; its keys are at `/.well-known/jwks.json` under it. */
  get issuer(): string {
    return `https://${this.userPool.endpoint}`;
  }
}
