import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import * as cognito from 'aws-cdk-lib/aws-cognito';
import { Construct } from 'constructs';
import type * as blueprint from '../blueprint/blueprint';
import { type Accepted, accept } from './suppressions';
import { type Transform, transformed } from './transform';

export interface IdentityTransform {
  readonly userPool?: Transform<cognito.UserPoolProps>;
  readonly domain?: Transform<cognito.UserPoolDomainOptions>;
  readonly resourceServer?: Transform<cognito.UserPoolResourceServerOptions>;
  readonly machineClient?: Transform<cognito.UserPoolClientOptions>;
}

export interface IdentityProps {
  readonly identity: blueprint.Identity;
  readonly transform?: IdentityTransform;
}

const withoutUsers = (rule: string, what: string): Accepted => ({
  rule,
  reason: `${what} is for people who sign in; this pool has no users, only clients that are machines.`,
});

/**
 * A Cognito user pool that gives tokens to machines: a resource server with scopes, and clients that use the
 * client credentials grant.
 *
 * Cognito makes the clients' secrets; neither the template nor the stack's outputs have them.
 */
export class Identity extends Construct {
  readonly userPool: cognito.UserPool;
  readonly domain: cognito.UserPoolDomain;
  readonly resourceServer: cognito.UserPoolResourceServer;
  /** By the client's id. */
  readonly machineClients: Readonly<Record<string, cognito.UserPoolClient>>;
  /** Where clients get their tokens. */
  readonly tokenEndpoint: string;
  /** The `iss` of its tokens; its keys are at `/.well-known/jwks.json` under it. */
  readonly issuer: string;

  constructor(scope: Construct, id: string, { identity, transform }: IdentityProps) {
    super(scope, id);
    const { userPoolName, domainPrefix, deletionProtection, resourceServer, machineClients } = identity;
    this.userPool = new cognito.UserPool(
      this,
      'UserPool',
      transformed(
        // Nothing is lost with a pool that has no users, and one that stays behind keeps giving tokens.
        {
          userPoolName,
          selfSignUpEnabled: false,
          removalPolicy: RemovalPolicy.DESTROY,
          deletionProtection,
        },
        transform?.userPool,
      ),
    );
    accept(
      this.userPool,
      withoutUsers('AwsSolutions-COG1', 'A password policy'),
      withoutUsers('AwsSolutions-COG2', 'A second factor'),
      withoutUsers('AwsSolutions-COG8', 'Threat protection, of the plus plan,'),
    );
    this.issuer = this.userPool.userPoolProviderUrl;
    this.domain = this.userPool.addDomain(
      'Domain',
      transformed({ cognitoDomain: { domainPrefix } }, transform?.domain),
    );
    this.tokenEndpoint = `https://${this.domain.domainName}.${identity.tokenDomain}/oauth2/token`;
    this.resourceServer = this.userPool.addResourceServer(
      'ResourceServer',
      transformed(
        {
          identifier: resourceServer.identifier,
          userPoolResourceServerName: resourceServer.name,
          scopes: resourceServer.scopes.map(
            ({ name, description }) =>
              new cognito.ResourceServerScope({ scopeName: name, scopeDescription: description }),
          ),
        },
        transform?.resourceServer,
      ),
    );
    this.machineClients = Object.fromEntries(
      machineClients.map((client) => [client.id, this.#machineClient(client, transform?.machineClient)]),
    );
  }

  #machineClient(
    { id, name, scopes, accessTokenMinutes }: blueprint.Identity['machineClients'][number],
    transform: Transform<cognito.UserPoolClientOptions> | undefined,
  ): cognito.UserPoolClient {
    const client = this.userPool.addClient(
      `Client-${id}`,
      transformed(
        {
          userPoolClientName: name,
          generateSecret: true,
          oAuth: {
            flows: { clientCredentials: true },
            scopes: scopes.map((scope) => cognito.OAuthScope.custom(scope)),
          },
          accessTokenValidity: Duration.minutes(accessTokenMinutes),
        },
        transform,
      ),
    );
    client.node.addDependency(this.resourceServer);
    return client;
  }
}
