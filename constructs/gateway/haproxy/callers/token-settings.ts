/** What the Lua that reads tokens is told of the policies: two JSON files, whose entries the rules name by digest. */
import { createHash } from 'node:crypto';
import { claimNames, consumerClaim, type Jwt } from '../../policies/authentication';
import type { Authorization } from '../../policies/authorization';
import type { Text } from '../language/text';
import { luaOf } from '../lua/files';
import { issuerLabel, issuerOf } from './issuers';

export const tokensFile = 'tokens.json';
export const rightsFile = 'rights.json';
/** HAProxy loads this one; it reads the others. */
export const tokensProgram = 'tokens.lua' as Text;

const tokenEntry = (jwt: Jwt) => {
  const issuer = issuerOf(jwt);
  return {
    // Absent: of the own user pool, in a variable.
    ...(issuer.name === undefined ? {} : { issuer: issuer.name }),
    label: issuerLabel(issuer),
    leeway: jwt.leewaySeconds,
    claim: claimNames(consumerClaim(jwt)),
    ...('userPool' in jwt ? { use: jwt.tokenUse } : {}),
    ...(jwt.audience === undefined || jwt.audience === 'any' ? {} : { audience: jwt.audience }),
    ...(jwt.clientIds ? { clients: jwt.clientIds } : {}),
  };
};

/** Whether a caller needs something of its token, and not only a name. */
export const asksForRights = ({ scopes, anyScope, claims }: Authorization): boolean =>
  [scopes, anyScope, claims].some((one) => one !== undefined);

const rightsEntry = ({ scopes = [], anyScope = [], claims = {} }: Authorization) => ({
  all: scopes,
  any: anyScope,
  claims: Object.entries(claims).map(([name, values]) => ({ names: claimNames(name), values })),
});

const digest = (entry: unknown): Text =>
  createHash('sha256').update(JSON.stringify(entry)).digest('hex').slice(0, 12) as Text;

/** Name of what a policy asks of a token, in the rule that has it read. */
export const tokenId = (jwt: Jwt): Text => digest(tokenEntry(jwt));
export const rightsId = (needs: Authorization): Text => digest(rightsEntry(needs));

const fileOf = (entries: readonly unknown[]): string =>
  JSON.stringify(Object.fromEntries(entries.map((entry) => [digest(entry), entry])));

/** The files beside the configuration when an API takes tokens. */
export const tokenFiles = (jwts: readonly Jwt[]): Record<string, string> =>
  jwts.length === 0
    ? {}
    : {
        ...luaOf('json.lua', 'servers.lua', tokensProgram),
        [tokensFile]: fileOf(jwts.map(tokenEntry)),
      };

export function rightsFiles(all: readonly Authorization[]): Record<string, string> {
  const asked = all.filter(asksForRights);
  return asked.length === 0 ? {} : { [rightsFile]: fileOf(asked.map(rightsEntry)) };
}
