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
import { Construct } from 'constructs';
import type * as blueprint from '../blueprint/blueprint';
import { kept } from './lifecycle';
import { literal } from './literal';
import { type Transform, transformed } from './transform';

export interface IdentityTransform {
  readonly userPool?: Transform<CognitoUserPoolConfig>;
  readonly domain?: Transform<CognitoUserPoolDomainConfig>;
  readonly resourceServer?: Transform<CognitoResourceServerConfig>;
  readonly machineClient?: Transform<CognitoUserPoolClientConfig>;
}

export interface IdentityProps {
  readonly identity: blueprint.Identity;
  readonly region: string;
  readonly transform?: IdentityTransform;
}

/**
 * A Cognito user pool that gives tokens to machines: a resource server with scopes, and clients that use the
 * client credentials grant.
 *
 * Cognito makes the clients' secrets, and the provider keeps them in the state: keep the state encrypted.
 */
export class Identity extends Construct {
  readonly userPool: CognitoUserPool;
  readonly domain: CognitoUserPoolDomain;
  readonly resourceServer: CognitoResourceServer;
  /** By the client's id. */
  readonly machineClients: Readonly<Record<string, CognitoUserPoolClient>>;
  /** Where clients get their tokens. */
  readonly tokenEndpoint: string;
  /** The `iss` of its tokens; its keys are at `/.well-known/jwks.json` under it. */
  readonly issuer: string;

  constructor(scope: Construct, id: string, props: IdentityProps) {
    super(scope, id);
    const { transform } = props;
    const { userPoolName, domainPrefix, deletionProtection, resourceServer, machineClients } = literal(
      props.identity,
    );
    this.userPool = new CognitoUserPool(
      this,
      'UserPool',
      transformed(
        {
          name: userPoolName,
          adminCreateUserConfig: { allowAdminCreateUserOnly: true },
          ...(deletionProtection && { deletionProtection: 'ACTIVE', lifecycle: kept(true) }),
        },
        transform?.userPool,
      ),
    );
    this.issuer = `https://${this.userPool.endpoint}`;
    this.domain = new CognitoUserPoolDomain(
      this,
      'Domain',
      transformed({ domain: domainPrefix, userPoolId: this.userPool.id }, transform?.domain),
    );
    this.tokenEndpoint = `https://${this.domain.domain}.${props.identity.tokenDomain}/oauth2/token`;
    this.resourceServer = new CognitoResourceServer(
      this,
      'ResourceServer',
      transformed(
        {
          userPoolId: this.userPool.id,
          identifier: resourceServer.identifier,
          name: resourceServer.name,
          scope: resourceServer.scopes.map(({ name, description }) => ({
            scopeName: name,
            scopeDescription: description,
          })),
        },
        transform?.resourceServer,
      ),
    );
    this.machineClients = Object.fromEntries(
      machineClients.map((client) => [client.id, this.#machineClient(client, transform?.machineClient)]),
    );
  }

  #machineClient(
    client: blueprint.Identity['machineClients'][number],
    transform: Transform<CognitoUserPoolClientConfig> | undefined,
  ): CognitoUserPoolClient {
    return new CognitoUserPoolClient(
      this,
      client.id,
      transformed(
        {
          name: client.name,
          userPoolId: this.userPool.id,
          generateSecret: true,
          allowedOauthFlowsUserPoolClient: true,
          allowedOauthFlows: ['client_credentials'],
          allowedOauthScopes: [...client.scopes],
          accessTokenValidity: client.accessTokenMinutes,
          tokenValidityUnits: [{ accessToken: 'minutes' }],
          dependsOn: [this.resourceServer],
          // Cognito does not tell it: a client that is imported would be made anew, and its secret with it.
          lifecycle: { ignoreChanges: ['generate_secret'] },
        },
        transform,
      ),
    );
  }
}
