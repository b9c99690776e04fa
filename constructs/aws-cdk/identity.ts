import type * as cognito from 'aws-cdk-lib/aws-cognito';
import type { Construct } from 'constructs';
import type * as blueprint from '../blueprint/blueprint';
import { identity } from '../graph/identity';
import { Part } from '../graph/part';
import type { Transform } from '../graph/transform';
import { PartConstruct } from './part-construct';

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

/**
 * A Cognito user pool that gives tokens to machines: a resource server with scopes, and clients that use the
 * client credentials grant.
 *
 * Cognito makes the clients' secrets; neither the template nor the stack's outputs have them.
 */
export class Identity extends PartConstruct<'identity'> {
  static readonly nouns = {};

  constructor(scope: Construct, id: string, props: IdentityProps | Part<'identity'>) {
    super(
      scope,
      id,
      props instanceof Part ? props : new Part(identity(id, props.identity).noun, props.transform),
    );
  }

  get userPool(): cognito.UserPool {
    return this.child('UserPool');
  }

  get domain(): cognito.UserPoolDomain {
    return this.child('UserPool/Domain');
  }

  get resourceServer(): cognito.UserPoolResourceServer {
    return this.child('UserPool/ResourceServer');
  }

  /** By the client's id. */
  get machineClients(): Readonly<Record<string, cognito.UserPoolClient>> {
    return this.each(this.settings.machineClients, (id) => `UserPool/Client-${id}`);
  }

  /** Where clients get their tokens. */
  get tokenEndpoint(): string {
    return `https://${this.domain.domainName}.${this.settings.tokenDomain}/oauth2/token`;
  }

  /** The `iss` of its tokens; its keys are at `/.well-known/jwks.json` under it. */
  get issuer(): string {
    return this.userPool.userPoolProviderUrl;
  }
}
