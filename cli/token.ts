/** `stagecraft token`: an access token of a machine client, by the client credentials grant (RFC 6749, section 4.4). */
import {
  DescribeUserPoolClientCommand,
  paginateListUserPoolClients,
  paginateListUserPools,
} from '@aws-sdk/client-cognito-identity-provider';
import { request } from 'undici';
import type { Identity } from '../constructs/blueprint/blueprint';
import { UserError } from '../stacks/user-error';
import type { AwsClients } from './aws';
import type { Context } from './context';

const PAGE = 60;

async function poolId({ cognito }: AwsClients, name: string): Promise<string> {
  for await (const { UserPools = [] } of paginateListUserPools({ client: cognito }, { MaxResults: PAGE })) {
    const id = UserPools.find((pool) => pool.Name === name)?.Id;
    if (id) return id;
  }
  throw new UserError(`There is no user pool ${name}: deploy the environment first.`);
}

async function clientId({ cognito }: AwsClients, pool: string, name: string): Promise<string> {
  const pages = paginateListUserPoolClients({ client: cognito }, { UserPoolId: pool, MaxResults: PAGE });
  for await (const { UserPoolClients = [] } of pages) {
    const id = UserPoolClients.find((client) => client.ClientName === name)?.ClientId;
    if (id) return id;
  }
  throw new UserError(`The user pool has no client ${name}: deploy the environment first.`);
}

function machineClient({ environment, blueprint }: Context, name?: string) {
  const { identity } = blueprint;
  const clients: Identity['machineClients'] = identity?.machineClients ?? [];
  const known = clients.map(({ id }) => id).join(', ') || 'none';
  const client =
    name === undefined && clients.length === 1 ? clients[0] : clients.find(({ id }) => id === name);
  if (identity && client) return { identity, client };
  throw new UserError(
    name === undefined
      ? `Say for which machine client of ${environment.name}: --client. It has: ${known}.`
      : `No machine client "${name}" in environment ${environment.name}. It has: ${known}.`,
  );
}

function endpointOf({ sandbox }: Context, { domainPrefix, tokenDomain }: Identity): string {
  return sandbox
    ? `http://localhost:${sandbox.ports.emulator}/oauth2/token`
    : `https://${domainPrefix}.${tokenDomain}/oauth2/token`;
}

/**
 * Asks the environment's own user pool for a token.
 * @param name of the machine client; may be left out when there is one
 * @throws UserError when there is no such client, or the pool gives no token
 */
export async function accessToken(context: Context, name?: string): Promise<string> {
  const { identity, client } = machineClient(context, name);
  const pool = await poolId(context.aws, identity.userPoolName);
  const id = await clientId(context.aws, pool, client.name);
  const described = await context.aws.cognito.send(
    new DescribeUserPoolClientCommand({ UserPoolId: pool, ClientId: id }),
  );
  const secret = described.UserPoolClient?.ClientSecret ?? '';
  const response = await request(endpointOf(context, identity), {
    method: 'POST',
    headers: {
      authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`,
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: 'grant_type=client_credentials',
    headersTimeout: 10_000,
    bodyTimeout: 10_000,
  });
  const answer = (await response.body.json()) as { access_token?: string; error?: string };
  if (answer.access_token) return answer.access_token;
  throw new UserError(`The token endpoint answered ${response.statusCode} ${answer.error ?? ''}`.trim());
}
