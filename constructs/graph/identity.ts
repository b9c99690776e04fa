import type { Identity } from '../blueprint/blueprint';
import { type NounOf, type Resource, ref, resource, type Value, waitsFor } from './resource';

export interface IdentityResources {
  readonly 'user-pool': {
    readonly name: string;
    readonly allowAdminCreateUserOnly: boolean;
    readonly deletionProtection: boolean;
    /** Nothing is lost with a pool that has no users, and one that stays behind keeps giving tokens. */
    readonly deletionPolicy: 'Delete';
  };
  readonly 'user-pool-domain': { readonly domain: string; readonly userPoolId: Value };
  readonly 'resource-server': Identity['resourceServer'] & { readonly userPoolId: Value };
  readonly 'user-pool-client': {
    readonly name: string;
    readonly userPoolId: Value;
    readonly generateSecret: boolean;
    readonly allowedOAuthFlows: readonly ['client_credentials'];
    readonly allowedOAuthScopes: readonly string[];
    readonly accessTokenMinutes: number;
  };
}

/**
 * A Cognito user pool that gives tokens to machines: a resource server with scopes, and clients that use the client
 * credentials grant.
 */
export function identity(
  id: string,
  settings: Identity,
): { readonly noun: NounOf<'identity'>; readonly issuer: Value } {
  const { userPoolName, domainPrefix, deletionProtection, resourceServer, machineClients } = settings;
  const pool = resource(
    'user-pool',
    'UserPool',
    { name: userPoolName, allowAdminCreateUserOnly: true, deletionProtection, deletionPolicy: 'Delete' },
    { transform: 'userPool', lifetime: deletionProtection ? { preventDestroy: true } : {} },
  );
  const userPoolId = ref(pool, 'id');
  const domain = resource(
    'user-pool-domain',
    'Domain',
    { domain: domainPrefix, userPoolId },
    { transform: 'domain' },
  );
  const server = resource(
    'resource-server',
    'ResourceServer',
    { ...resourceServer, userPoolId },
    { transform: 'resourceServer' },
  );
  const clients = machineClients.map((client) => machineClient(client, userPoolId));
  return {
    noun: {
      noun: 'identity',
      id,
      settings,
      resources: [pool, domain, server, ...clients],
      nouns: [],
      // A client names the server's scopes as text.
      waits: clients.flatMap((client) => waitsFor(client, [server])),
      transform: ['identity'],
    },
    issuer: ref(pool, 'issuer'),
  };
}

function machineClient(
  { id, name, scopes, accessTokenMinutes }: Identity['machineClients'][number],
  userPoolId: Value,
): Resource {
  return resource(
    'user-pool-client',
    id,
    {
      name,
      userPoolId,
      generateSecret: true,
      allowedOAuthFlows: ['client_credentials'],
      allowedOAuthScopes: scopes,
      accessTokenMinutes,
    },
    // Cognito does not tell it: a client that is imported would be made anew, and its secret with it.
    { transform: 'machineClient', lifetime: { ignoreChanges: ['generateSecret'] } },
  );
}
