import type { Identity } from '../blueprint';
import { machineClientName, userPoolName } from '../names';
import { tokenDomain } from '../regions';
import type { Environment } from '../schema';

const TOKEN_MINUTES = 60;

/** What the name of a resource server cannot have, and its identifier can: of a URL, the slashes. */
const NO_NAME = /[^\w\s+=,.@-]+/g;

export function resolveIdentity(environment: Environment): Identity | undefined {
  const { name, region, identity, deletionProtection } = environment;
  if (!identity) return undefined;
  const { domainPrefix, resourceServer, scopes, machineClients } = identity.cognito;
  return {
    userPoolName: userPoolName(name),
    domainPrefix,
    tokenDomain: tokenDomain(region),
    deletionProtection,
    resourceServer: {
      identifier: resourceServer,
      name: resourceServer.replace(NO_NAME, '-'),
      scopes: Object.entries(scopes).map(([scope, description]) => ({ name: scope, description })),
    },
    machineClients: Object.entries(machineClients).map(([id, client]) => ({
      id,
      name: machineClientName(name, id),
      scopes: client.scopes.map((scope) => `${resourceServer}/${scope}`),
      accessTokenMinutes: TOKEN_MINUTES,
    })),
  };
}
