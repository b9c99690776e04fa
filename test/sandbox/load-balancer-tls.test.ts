import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { connect as connectHttp2 } from 'node:http2';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import type { ACMClient } from '@aws-sdk/client-acm';
import { type Certificates, createCertificates } from '../../sandbox/certificates';
import type { BalancerState, ListenerTls } from '../../sandbox/load-balancer/state';
import { ask, Bench, forward, group, httpState, Target } from './load-balancer-kit';

const ports = { https: 5941, http: 5940 };
const target = new Target('one', '127.40.5.1', 5942);
const groups = [group('g', [target])];
const arn = (id: string) => `arn:aws:acm:eu-central-1:123456789012:certificate/${id}`;
const certificatesOf: Record<string, { Status: string; DomainName: string }> = {
  [arn('api')]: { Status: 'ISSUED', DomainName: 'api.example.com' },
  [arn('www')]: { Status: 'ISSUED', DomainName: 'www.example.com' },
  [arn('later')]: { Status: 'PENDING_VALIDATION', DomainName: 'later.example.com' },
};
const acm = {
  send: async ({ input }: { input: { CertificateArn: string } }) => ({
    Certificate: certificatesOf[input.CertificateArn],
  }),
} as unknown as ACMClient;

const modern = {
  name: 'ELBSecurityPolicy-TLS13-1-2-2021-06',
  protocols: ['TLSv1.3', 'TLSv1.2'],
  ciphers: [
    'TLS_AES_128_GCM_SHA256',
    'TLS_AES_256_GCM_SHA384',
    'TLS_CHACHA20_POLY1305_SHA256',
    'ECDHE-ECDSA-AES128-GCM-SHA256',
    'ECDHE-RSA-AES128-GCM-SHA256',
  ],
};

let folder: string;
let certificates: Certificates;
let bench: Bench;

function httpsState(tls: Partial<ListenerTls> = {}, http2 = true): BalancerState {
  const state = httpState({ groups, facts: { http2 } });
  const listener = {
    arn: 'listener-443',
    protocol: 'HTTPS',
    port: 443,
    tls: { certificateArns: [arn('api')], policy: modern, ...tls },
    rules: [],
    defaultAction: forward('g'),
  } as const;
  return { ...state, listeners: [...state.listeners, listener] };
}

/** What a TLS client gets: the negotiated connection, or the code of its failure. */
async function handshake(options: ConnectionOptions = {}): Promise<{ socket?: TLSSocket; failure?: string }> {
  const ca = await readFile(certificates.authorityFile);
  return new Promise((resolve) => {
    const socket = connect({
      host: '127.0.0.1',
      port: ports.https,
      servername: 'api.example.com',
      ca,
      ...options,
    });
    socket.once('secureConnect', () => resolve({ socket }));
    socket.once('error', (error: NodeJS.ErrnoException) => resolve({ failure: error.code ?? error.message }));
  });
}

async function subject(servername: string): Promise<string | undefined> {
  const { socket } = await handshake({ servername, checkServerIdentity: () => undefined });
  const alternative = socket?.getPeerCertificate().subjectaltname;
  socket?.destroy();
  return alternative;
}

async function negotiated(options: ConnectionOptions): Promise<string | null | undefined> {
  const { socket, failure } = await handshake(options);
  const protocol = socket?.getProtocol();
  socket?.destroy();
  return protocol ?? failure;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'balancer-tls-'));
  certificates = createCertificates({ folder, acm, log: () => {} });
  await target.listen();
  bench = await Bench.open(ports, httpsState(), (arns) => certificates.files(arns));
  await bench.untilTarget('g', target, 'healthy');
});

afterAll(async () => {
  await bench.close();
  await target.stop();
  await rm(folder, { recursive: true });
});

it('ends TLS with the certificate of its name, and says so to the target', async () => {
  const { socket } = await handshake();
  socket?.write('GET /x HTTP/1.1\r\nHost: api.example.com:5941\r\nConnection: close\r\n\r\n');
  let text = '';
  for await (const chunk of socket ?? []) text += chunk;
  expect(text).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
  expect(socket?.authorized).toBe(true);
  expect(target.requests.at(-1)?.headers).toMatchObject({
    'x-forwarded-proto': 'https',
    'x-forwarded-port': '443',
  });
});

it('speaks the versions of its policy, and no other', async () => {
  expect(await negotiated({ minVersion: 'TLSv1.3' })).toBe('TLSv1.3');
  expect(await negotiated({ maxVersion: 'TLSv1.2' })).toBe('TLSv1.2');
  const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;
  expect(await negotiated(old)).toBe('ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION');
});

it('speaks the ciphers of its policy, and no other', async () => {
  const { socket } = await handshake({ maxVersion: 'TLSv1.2' });
  expect(socket?.getCipher().name).toBe('ECDHE-ECDSA-AES128-GCM-SHA256');
  socket?.destroy();
  expect(await negotiated({ maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES256-GCM-SHA384' })).toBe(
    'ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE',
  );
});

it('follows a policy for TLS 1.3 only, and an old one', async () => {
  const strict = { name: 'strict', protocols: ['TLSv1.3'], ciphers: ['TLS_AES_128_GCM_SHA256'] };
  await bench.become(httpsState({ policy: strict }));
  expect(await negotiated({ maxVersion: 'TLSv1.2' })).toBe('ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION');
  expect(await negotiated({})).toBe('TLSv1.3');
  const old = {
    name: 'old',
    protocols: ['TLSv1', 'TLSv1.1', 'TLSv1.2'],
    ciphers: ['ECDHE-ECDSA-AES128-SHA'],
  };
  await bench.become(httpsState({ policy: old }));
  expect(await negotiated({ minVersion: 'TLSv1', maxVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0' })).toBe(
    'TLSv1',
  );
  expect(await negotiated({ minVersion: 'TLSv1.3' })).toBe('ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION');
  await bench.become(httpsState());
});

it('chooses a certificate by the name that the client wants, else the default', async () => {
  await bench.become(httpsState({ certificateArns: [arn('api'), arn('www')] }));
  expect(await subject('www.example.com')).toBe('DNS:www.example.com');
  expect(await subject('api.example.com')).toBe('DNS:api.example.com');
  expect(await subject('other.example.com')).toBe('DNS:api.example.com');
});

it('speaks HTTP/2, unless it is told not to', async () => {
  await bench.become(httpsState());
  const ca = await readFile(certificates.authorityFile);
  const session = connectHttp2(`https://127.0.0.1:${ports.https}`, { ca, servername: 'api.example.com' });
  const stream = session.request({
    ':path': '/h2',
    ':authority': 'api.example.com',
    'x-forwarded-for': '10.1.1.1',
  });
  const status = await new Promise((resolve) =>
    stream.once('response', (headers) => resolve(headers[':status'])),
  );
  stream.resume();
  await new Promise((resolve) => stream.once('end', resolve));
  session.destroy();
  expect(status).toBe(200);
  expect(target.requests.at(-1)).toMatchObject({
    httpVersion: '1.1',
    url: '/h2',
    headers: { host: 'api.example.com', 'x-forwarded-for': '10.1.1.1, 127.0.0.1' },
  });
  await bench.become(httpsState({}, false));
  const { socket } = await handshake({ ALPNProtocols: ['h2', 'http/1.1'] });
  expect(socket?.alpnProtocol).toBe('http/1.1');
  socket?.destroy();
});

it('keeps an HTTP/2 client over a reload', async () => {
  await bench.become(httpsState());
  const ca = await readFile(certificates.authorityFile);
  let finish = () => {};
  const arrived = new Promise<void>((resolve) => {
    target.answer = (_, response) => {
      finish = () => response.end('late');
      resolve();
    };
  });
  const session = connectHttp2(`https://127.0.0.1:${ports.https}`, { ca, servername: 'api.example.com' });
  const stream = session.request({ ':path': '/slow', ':authority': 'api.example.com' });
  let body = '';
  stream.on('data', (chunk) => {
    body += chunk;
  });
  const ended = new Promise<void>((resolve, reject) => stream.once('end', resolve).once('error', reject));
  await arrived;
  await bench.become(httpsState({ certificateArns: [arn('www')] }));
  finish();
  await ended;
  session.destroy();
  expect(body).toBe('late');
  target.answer = (_, response) => response.end('one');
});

it('lets a listener wait for its certificate, and says so; the other one serves', async () => {
  await bench.become(httpsState({ certificateArns: [arn('later')] }));
  expect((await handshake()).failure).toBe('ECONNREFUSED');
  expect((await ask(ports.http, '/')).status).toBe(404);
  expect(bench.logged.map(({ message }) => message)).toContain(
    'The listener on port 443 waits: none of its certificates is issued.',
  );
  // Without the HTTPS listener nothing uses the group, yet it is in use.
  await bench.untilTarget('g', target, 'healthy');
  certificatesOf[arn('later')] = { Status: 'ISSUED', DomainName: 'later.example.com' };
  await bench.balancer.reconcile();
  expect(await subject('later.example.com')).toBe('DNS:later.example.com');
});

it('takes a renewed certificate into use', async () => {
  await bench.become(httpsState());
  const before = await handshake();
  await rm(join(folder, 'api.pem'));
  await bench.balancer.reconcile();
  const after = await handshake();
  expect(after.socket?.authorized).toBe(true);
  expect(after.socket?.getPeerCertificate().serialNumber).not.toBe(
    before.socket?.getPeerCertificate().serialNumber,
  );
  before.socket?.destroy();
  after.socket?.destroy();
});
