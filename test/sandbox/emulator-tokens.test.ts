/** Tokens of a user pool's machine clients: asked for as OAuth 2.0 says, signed with the pool's key. */
import { createPublicKey, type JsonWebKey, verify } from 'node:crypto';
import {
  CognitoIdentityProviderClient,
  CreateResourceServerCommand,
  CreateUserPoolClientCommand,
  CreateUserPoolCommand,
  DeleteUserPoolCommand,
  UpdateUserPoolClientCommand,
  UpdateUserPoolCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { type Aws, startAws } from './emulator-kit';

let aws: Aws;
let pool: string;
let client: { readonly id: string; readonly secret: string };
let other: typeof client;

beforeAll(async () => {
  aws = await startAws();
  const cognito = new CognitoIdentityProviderClient(aws.emulator.access);
  const created = await cognito.send(new CreateUserPoolCommand({ PoolName: 'tokens' }));
  pool = created.UserPool?.Id ?? '';
  await cognito.send(
    new CreateResourceServerCommand({
      UserPoolId: pool,
      Identifier: 'api',
      Name: 'api',
      Scopes: [
        { ScopeName: 'read', ScopeDescription: 'Read' },
        { ScopeName: 'write', ScopeDescription: 'Write' },
      ],
    }),
  );
  const make = async (flows: 'client_credentials'[]) => {
    const { UserPoolClient: made } = await cognito.send(
      new CreateUserPoolClientCommand({
        UserPoolId: pool,
        ClientName: `client-${flows.length}`,
        GenerateSecret: true,
        AllowedOAuthFlowsUserPoolClient: true,
        AllowedOAuthFlows: flows,
        AllowedOAuthScopes: ['api/read', 'api/write'],
        AccessTokenValidity: 5,
        TokenValidityUnits: { AccessToken: 'minutes' },
      }),
    );
    return { id: made?.ClientId ?? '', secret: made?.ClientSecret ?? '' };
  };
  client = await make(['client_credentials']);
  other = await make([]);
  cognito.destroy();
});
afterAll(() => aws.stop());

const basic = ({ id, secret }: typeof client) => ({
  Authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`,
});

async function ask(form: Record<string, string>, headers: Record<string, string> = {}) {
  const response = await fetch(`${aws.emulator.endpoint}/oauth2/token`, {
    method: 'POST',
    headers,
    body: new URLSearchParams(form),
  });
  return { status: response.status, answer: (await response.json()) as Record<string, unknown> };
}

const grant = { grant_type: 'client_credentials' };
const decode = (part = '') => JSON.parse(Buffer.from(part, 'base64url').toString());

test('a token has the claims that Cognito gives, and the pool shows the key that signed it', async () => {
  const { status, answer } = await ask(grant, basic(client));
  expect([status, answer.token_type, answer.expires_in]).toEqual([200, 'Bearer', 300]);
  const [header, payload, signature] = String(answer.access_token).split('.');
  const claims = decode(payload);
  expect(claims).toMatchObject({
    iss: `https://cognito-idp.eu-central-1.amazonaws.com/${pool}`,
    sub: client.id,
    client_id: client.id,
    token_use: 'access',
    scope: 'api/read api/write',
  });
  expect(claims.exp - claims.iat).toBe(300);
  const jwks = await fetch(`${aws.emulator.endpoint}/${pool}/.well-known/jwks.json`);
  const { keys } = (await jwks.json()) as { keys: (JsonWebKey & { kid: string })[] };
  const key = keys.find(({ kid }) => kid === decode(header).kid);
  const signed = Buffer.from(`${header}.${payload}`);
  const publicKey = createPublicKey({ key: key as JsonWebKey, format: 'jwk' });
  expect(verify('RSA-SHA256', signed, publicKey, Buffer.from(signature ?? '', 'base64url'))).toBe(true);
});

test('fewer scopes when they are asked for', async () => {
  const form = { ...grant, scope: 'api/read', client_id: client.id, client_secret: client.secret };
  const { answer } = await ask(form);
  expect(decode(String(answer.access_token).split('.')[1]).scope).toBe('api/read');
});

test.each([
  ['a wrong secret', () => ask(grant, basic({ ...client, secret: 'x' })), 'invalid_client'],
  ['an unknown client', () => ask(grant, basic({ id: 'x', secret: 'x' })), 'invalid_client'],
  ['no client', () => ask(grant), 'invalid_client'],
  ['a header that is no Basic', () => ask(grant, { Authorization: 'Basic *' }), 'invalid_client'],
  [
    'a scope that it may not have',
    () => ask({ ...grant, scope: 'api/admin' }, basic(client)),
    'invalid_scope',
  ],
  ['a client without the grant', () => ask(grant, basic(other)), 'unauthorized_client'],
  ['another grant', () => ask({ grant_type: 'password' }, basic(client)), 'unsupported_grant_type'],
])('%s is refused', async (_, asked, error) => {
  expect(await asked()).toEqual({ status: 400, answer: { error } });
});

test('a pool that is protected cannot be deleted', async () => {
  const cognito = new CognitoIdentityProviderClient(aws.emulator.access);
  const made = await cognito.send(
    new CreateUserPoolCommand({ PoolName: 'kept', DeletionProtection: 'ACTIVE' }),
  );
  const kept = { UserPoolId: made.UserPool?.Id };
  await expect(cognito.send(new DeleteUserPoolCommand(kept))).rejects.toMatchObject({
    name: 'InvalidParameterException',
    message: expect.stringContaining('deletion protection is activated'),
  });
  await cognito.send(new UpdateUserPoolCommand({ ...kept, DeletionProtection: 'INACTIVE' }));
  await cognito.send(new DeleteUserPoolCommand(kept));
  cognito.destroy();
});

test('a client with a scope that is not there is refused; an update gives what it does not name its default', async () => {
  const cognito = new CognitoIdentityProviderClient(aws.emulator.access);
  const named = { UserPoolId: pool, ClientName: 'changing' };
  const make = (AllowedOAuthScopes: string[]) =>
    cognito.send(new CreateUserPoolClientCommand({ ...named, AllowedOAuthScopes, RefreshTokenValidity: 7 }));
  await expect(make(['openid', 'api/admin'])).rejects.toThrow(
    expect.objectContaining({
      name: 'ScopeDoesNotExistException',
      message: 'The scope api/admin does not exist.',
    }),
  );
  const { UserPoolClient: made } = await make(['openid', 'api/read']);
  expect([made?.AllowedOAuthScopes, made?.RefreshTokenValidity]).toEqual([['openid', 'api/read'], 7]);
  const { UserPoolClient: changed } = await cognito.send(
    new UpdateUserPoolClientCommand({ UserPoolId: pool, ClientId: made?.ClientId, AccessTokenValidity: 2 }),
  );
  expect(changed).toMatchObject({ ClientName: 'changing', AccessTokenValidity: 2, RefreshTokenValidity: 30 });
  expect(changed?.AllowedOAuthScopes).toBeUndefined();
  cognito.destroy();
});
