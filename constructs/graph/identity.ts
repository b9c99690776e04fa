import type { Identity } from '../blueprint/blueprint';
import { type NounOf, type Resource, resource, waitsFor } from './resource';
import { ref, type Value } from './value';

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
