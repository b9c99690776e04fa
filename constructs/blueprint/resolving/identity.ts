import type { Identity } from '../blueprint';
import { machineClientName, userPoolName } from '../names';
import type { Environment } from '../schema';

const TOKEN_MINUTES = 60;

export function resolveIdentity({ name, identity, deletionProtection }: Environment): Identity | undefined {
  if (!identity) return undefined;
  const { domainPrefix, resourceServer, scopes, machineClients } = identity.cognito;
  return {
    userPoolName: userPoolName(name),
    domainPrefix,
    deletionProtection,
    resourceServer: {
      identifier: resourceServer,
      name: resourceServer,
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
