/** The emulator's door, as an attacker tries it: another user of the machine, and a web page in the user's browser. */
import { type IncomingHttpHeaders, request } from 'node:http';
import { Hash } from '@smithy/core/serde';
import { SignatureV4 } from '@smithy/signature-v4';
import { newCredentials, type SandboxAccess } from '../../sandbox/credentials';
import { type Aws, startAws } from './emulator-kit';

let aws: Aws;
let port: number;
beforeAll(async () => {
  aws = await startAws();
  port = Number(new URL(aws.emulator.endpoint).port);
});
afterAll(() => aws.stop());

interface Sent {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** Sends what it is given: no client library sets a header right. */
function send({ method = 'POST', path = '/', headers = {}, body = '' }: Sent): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, method, path, headers }, (answer) => {
      let text = '';
      answer.on('data', (chunk) => {
        text += chunk;
      });
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text }));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

const LIST = {
  method: 'POST',
  path: '/',
  headers: {
    'content-type': 'application/x-amz-json-1.1',
    'x-amz-target': 'AmazonEC2ContainerServiceV20141113.ListClusters',
  },
  body: '{}',
};

type Signing = Partial<Pick<SandboxAccess, 'credentials'>> & {
  readonly service?: string;
  readonly at?: Date;
  readonly unsignableHeaders?: string[];
};

const signerOf = ({ credentials = aws.emulator.access.credentials, service = 'ecs' }: Signing) =>
  new SignatureV4({
    service,
    region: 'eu-central-1',
    credentials,
    sha256: Hash.bind(null, 'sha256'),
    uriEscapePath: service !== 's3',
  });

function asRequest({ method = 'POST', path = '/', headers = {}, body }: Sent) {
  const url = new URL(path, `http://localhost:${port}`);
  return {
    method,
    protocol: 'http:',
    hostname: 'localhost',
    port,
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    headers: { ...headers, host: url.host },
    body,
  };
}

async function sign(sent: Sent, signing: Signing = {}): Promise<Sent> {
  const { at = new Date(), unsignableHeaders = [] } = signing;
  const signed = await signerOf(signing).sign(asRequest(sent), {
    signingDate: at,
    unsignableHeaders: new Set(unsignableHeaders),
  });
  return { ...sent, headers: signed.headers };
}

async function presign(sent: Sent, expiresIn: number, at = new Date(), service = 's3'): Promise<Sent> {
  const unsigned = { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' };
  const signed = await signerOf({ service }).presign(asRequest({ ...sent, headers: unsigned }), {
    expiresIn,
    signingDate: at,
  });
  const query = new URLSearchParams(signed.query as Record<string, string>).toString();
  return {
    method: sent.method,
    path: `${signed.path}?${query.replaceAll('+', '%20')}`,
    headers: signed.headers,
  };
}

const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000);

/** The error's code, in JSON or XML. */
const codeOf = ({ text }: Reply) => /"__type": "(\w+)"|<Code>(\w+)<\/Code>/.exec(text)?.slice(1).join('');

test('a signed request is answered', async () => {
  const reply = await send(await sign(LIST));
  expect(reply.status).toBe(200);
  expect(JSON.parse(reply.text)).toEqual({ clusterArns: [] });
});

describe('refused with 403', () => {
  const host = () => ({ host: `localhost:${port}` });

  it.each<[string, string, () => Promise<Sent> | Sent]>([
    [
      'no signature',
      'MissingAuthenticationToken',
      () => ({ ...LIST, headers: { ...LIST.headers, ...host() } }),
    ],
    [
      'the credentials that the sandbox had before it had its own',
      'InvalidClientTokenId',
      () => sign(LIST, { credentials: { accessKeyId: 'sandbox', secretAccessKey: 'sandbox' } }),
    ],
    ['those of another sandbox', 'InvalidClientTokenId', () => sign(LIST, { credentials: newCredentials() })],
    [
      'our key id with another secret',
      'SignatureDoesNotMatch',
      () => sign(LIST, { credentials: { ...aws.emulator.access.credentials, secretAccessKey: 'guessed' } }),
    ],
    [
      'a signature of nothing',
      'IncompleteSignature',
      () => ({
        ...LIST,
        headers: { ...LIST.headers, ...host(), authorization: 'AWS4-HMAC-SHA256 Credential=x' },
      }),
    ],
    [
      'a body that was changed',
      'XAmzContentSHA256Mismatch',
      async () => ({ ...(await sign(LIST)), body: '{"maxResults":1}' }),
    ],
    [
      'a body and its hash that were changed',
      'SignatureDoesNotMatch',
      async () => {
        const signed = await sign(LIST);
        const body = '{"maxResults":1}';
        const hash = new Hash('sha256');
        hash.update(body);
        const digest = Buffer.from(await hash.digest()).toString('hex');
        return { ...signed, body, headers: { ...signed.headers, 'x-amz-content-sha256': digest } };
      },
    ],
    [
      'another path',
      'SignatureDoesNotMatch',
      async () => ({ ...(await sign(LIST)), path: '/_sandbox/health' }),
    ],
    [
      'another query',
      'SignatureDoesNotMatch',
      async () => ({ ...(await sign(LIST)), path: '/?Action=RunTask' }),
    ],
    ['another method', 'SignatureDoesNotMatch', async () => ({ ...(await sign(LIST)), method: 'PUT' })],
    [
      'another action',
      'SignatureDoesNotMatch',
      async () => {
        const signed = await sign(LIST);
        const target = 'AmazonEC2ContainerServiceV20141113.RegisterTaskDefinition';
        return { ...signed, headers: { ...signed.headers, 'x-amz-target': target } };
      },
    ],
    [
      'an action that was not signed',
      'IncompleteSignature',
      () => sign(LIST, { unsignableHeaders: ['x-amz-target'] }),
    ],
    ['a signature of 16 minutes ago', 'RequestExpired', () => sign(LIST, { at: minutesAgo(16) })],
    ['a signature of in 16 minutes', 'RequestExpired', () => sign(LIST, { at: minutesAgo(-16) })],
    [
      'an Origin',
      'AccessDenied',
      async () => {
        const signed = await sign(LIST);
        return { ...signed, headers: { ...signed.headers, origin: 'https://example.com' } };
      },
    ],
    [
      'the Origin of a page without one',
      'AccessDenied',
      async () => {
        const signed = await sign(LIST);
        return { ...signed, headers: { ...signed.headers, origin: 'null' } };
      },
    ],
    [
      'a name that leads to 127.0.0.1',
      'AccessDenied',
      async () => {
        const signed = await sign(LIST);
        return { ...signed, headers: { ...signed.headers, host: `rebound.example:${port}` } };
      },
    ],
    [
      'our name with another port',
      'AccessDenied',
      async () => {
        const signed = await sign(LIST);
        return { ...signed, headers: { ...signed.headers, host: 'localhost:80' } };
      },
    ],
    [
      'the question of a browser before a request',
      'AccessDenied',
      () => ({
        method: 'OPTIONS',
        headers: { ...host(), origin: 'https://example.com', 'access-control-request-method': 'POST' },
      }),
    ],
    ['OPTIONS without an Origin', 'AccessDenied', () => sign({ ...LIST, method: 'OPTIONS' })],
    [
      'a reset of everything, signed',
      'AccessDenied',
      () => sign({ path: '/moto-api/reset' }, { service: 's3' }),
    ],
    ['the dashboard', 'AccessDenied', () => ({ method: 'GET', path: '/moto-api/', headers: host() })],
    [
      'the control interface',
      'MissingAuthenticationToken',
      () => ({ method: 'GET', path: '/_sandbox/health', headers: host() }),
    ],
    [
      'an object of S3',
      'MissingAuthenticationToken',
      () => ({ method: 'GET', path: '/bucket/object', headers: host() }),
    ],
    [
      'a sign-in of a user pool',
      'MissingAuthenticationToken',
      () => ({
        ...LIST,
        headers: {
          ...LIST.headers,
          ...host(),
          'x-amz-target': 'AWSCognitoIdentityProviderService.InitiateAuth',
        },
      }),
    ],
    [
      'a role by a token of whoever',
      'MissingAuthenticationToken',
      () => ({
        headers: { ...host(), 'content-type': 'application/x-www-form-urlencoded' },
        body: 'Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=arn:aws:iam::123456789012:role/r&RoleSessionName=s&WebIdentityToken=t',
      }),
    ],
  ])('%s', async (_, code, sent) => {
    const reply = await send(await sent());
    expect([reply.status, codeOf(reply)]).toEqual([403, code]);
    expect(Object.keys(reply.headers).filter((name) => name.startsWith('access-control-'))).toEqual([]);
  });
});

const BUCKET =
  '<CreateBucketConfiguration><LocationConstraint>eu-central-1</LocationConstraint></CreateBucketConfiguration>';

describe('S3', () => {
  beforeAll(async () => {
    const made = await send(
      await sign({ method: 'PUT', path: '/templates', body: BUCKET }, { service: 's3' }),
    );
    expect(made.status).toBe(200);
    const put = { method: 'PUT', path: '/templates/a%20b/c', body: 'text' };
    expect((await send(await sign(put, { service: 's3' }))).status).toBe(200);
  });

  test('reads what is signed, and sends no CORS headers', async () => {
    const reply = await send(await sign({ method: 'GET', path: '/templates/a%20b/c' }, { service: 's3' }));
    expect([reply.status, reply.text]).toEqual([200, 'text']);
    expect(Object.keys(reply.headers).filter((name) => name.startsWith('access-control-'))).toEqual([]);
  });

  test('takes a body whose hash is not signed', async () => {
    const headers = { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' };
    const put = { method: 'PUT', path: '/templates/d', body: 'text', headers };
    expect((await send(await sign(put, { service: 's3' }))).status).toBe(200);
  });

  test('reads by a presigned address until that expires', async () => {
    const get = { method: 'GET', path: '/templates/a%20b/c' };
    expect((await send(await presign(get, 60))).text).toBe('text');
    const late = await send(await presign(get, 60, minutesAgo(2)));
    expect([late.status, codeOf(late)]).toEqual([403, 'RequestExpired']);
    const long = await send(await presign(get, 604_801).catch(() => ({ path: '/' })));
    expect(long.status).toBe(403);
  });

  test('a presigned address is for that object alone', async () => {
    const { path = '', ...sent } = await presign({ method: 'GET', path: '/templates/a%20b/c' }, 60);
    const reply = await send({ ...sent, path: path.replace('/templates/a%20b/c', '/templates/d') });
    expect([reply.status, codeOf(reply)]).toEqual([403, 'SignatureDoesNotMatch']);
  });
});

test('the keys of a user pool are open, and lead to nothing else', async () => {
  const path = '/templates/.well-known/jwks.json';
  const headers = { host: `localhost:${port}` };
  const object = { method: 'PUT', path, body: 'secret' };
  expect((await send(await sign(object, { service: 's3' }))).status).toBe(200);
  const attempts: Record<string, string>[] = [
    {},
    { authorization: `AWS4-HMAC-SHA256 Credential=x/20260101/eu-central-1/s3/aws4_request` },
    { 'x-amz-target': 'AmazonEC2ContainerServiceV20141113.ListClusters' },
  ];
  for (const more of attempts) {
    const reply = await send({ method: 'GET', path, headers: { ...headers, ...more } });
    expect(reply.text).not.toContain('secret');
  }
  const page = await send({ method: 'GET', path, headers: { ...headers, origin: 'https://example.com' } });
  expect(page.status).toBe(403);
});

const form = { 'content-type': 'application/x-www-form-urlencoded' };

async function assume(role: string) {
  const body = new URLSearchParams({
    Action: 'AssumeRole',
    Version: '2011-06-15',
    RoleArn: role,
    RoleSessionName: 'deploy',
  }).toString();
  return await send(await sign({ headers: form, body }, { service: 'sts' }));
}

test('a role that is not there, or in another account, is nobody to become', async () => {
  for (const role of ['arn:aws:iam::123456789012:role/none', 'arn:aws:iam::210987654321:role/deploy']) {
    const { text } = await assume(role);
    expect(text).toContain('<Code>AccessDenied</Code>');
    expect(text).toContain(
      `User: arn:aws:iam::123456789012:root is not authorized to perform: sts:AssumeRole on resource: ${role}`,
    );
  }
});

test('what AssumeRole gave opens it too, with its token alone', async () => {
  const body = new URLSearchParams({
    Action: 'CreateRole',
    Version: '2010-05-08',
    RoleName: 'deploy',
    AssumeRolePolicyDocument: '{}',
  }).toString();
  expect((await send(await sign({ headers: form, body }, { service: 'iam' }))).status).toBe(200);
  const { text } = await assume('arn:aws:iam::123456789012:role/deploy');
  const element = (name: string) => new RegExp(`<${name}>([^<]+)<`).exec(text)?.[1] ?? '';
  const [accessKeyId, secretAccessKey, sessionToken] = ['AccessKeyId', 'SecretAccessKey', 'SessionToken'].map(
    element,
  ) as [string, string, string];
  const role = { accessKeyId, secretAccessKey };
  const withToken = { ...role, sessionToken };
  expect((await send(await sign(LIST, { credentials: withToken }))).status).toBe(200);
  expect((await send(await sign(LIST, { credentials: role }))).status).toBe(403);
});

test('a sandbox has another key each time', async () => {
  const keys = new Set(Array.from({ length: 100 }, () => newCredentials().accessKeyId));
  expect(keys.size).toBe(100);
  expect([...keys].every((key) => /^AKIA[A-Z2-7]{16}$/.test(key))).toBe(true);
  expect(newCredentials().secretAccessKey).toMatch(/^[\w-]{40}$/);
});
