import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, createServer } from 'node:tls';
import { promisify } from 'node:util';
import type { ACMClient } from '@aws-sdk/client-acm';
import { ResourceNotFoundException } from '@aws-sdk/client-acm';
import { type Certificates, createCertificates } from '../../sandbox/certificates';

const run = promisify(execFile);
const arn = (id: string) => `arn:aws:acm:eu-central-1:123456789012:certificate/${id}`;
const day = 24 * 60 * 60 * 1000;

interface Described {
  Status: string;
  DomainName: string;
  SubjectAlternativeNames?: string[];
}

let folder: string;
let known: Map<string, Described>;
let now: Date;
let logged: string[];
let certificates: Certificates;

const acm = {
  send: async ({ input }: { input: { CertificateArn: string } }) => {
    const Certificate = known.get(input.CertificateArn);
    if (!Certificate) throw new ResourceNotFoundException({ message: 'none', $metadata: {} });
    return { Certificate };
  },
} as unknown as ACMClient;

const open = () =>
  createCertificates({ folder, acm, now: () => now, log: (_, message) => logged.push(message) });

beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'certificates-')), 'certificates');
  now = new Date();
  logged = [];
  known = new Map([
    [
      arn('one'),
      {
        Status: 'ISSUED',
        DomainName: 'api.example.com',
        SubjectAlternativeNames: ['api.example.com', '*.api.example.com'],
      },
    ],
  ]);
  certificates = open();
});

afterEach(() => rm(join(folder, '..'), { recursive: true }));

async function issued(id = 'one'): Promise<string> {
  const file = (await certificates.files([arn(id)])).get(arn(id));
  if (!file) throw new Error('not issued');
  return file;
}

/** What a TLS client that trusts only the authority makes of the certificate. */
async function asked(file: string, servername: string): Promise<string> {
  const pem = await readFile(file);
  const server = createServer({ key: pem, cert: pem }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  const ca = await readFile(certificates.authorityFile);
  const result = await new Promise<string>((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', servername, ca }, () => resolve('trusted'));
    socket.once('error', (error: NodeJS.ErrnoException) =>
      resolve(error.code === 'ERR_TLS_CERT_ALTNAME_INVALID' ? error.code : error.message),
    );
    socket.once('secureConnect', () => socket.destroy());
  });
  server.close();
  return result;
}

const fingerprint = async (file: string) =>
  (await run('openssl', ['x509', '-in', file, '-noout', '-fingerprint'])).stdout;
const show = async (file: string, ...options: string[]) =>
  (await run('openssl', ['x509', '-in', file, '-noout', ...options])).stdout;

it('issues a certificate that clients of the authority trust, for its names only', async () => {
  const file = await issued();
  expect(await asked(file, 'api.example.com')).toBe('trusted');
  expect(await asked(file, 'orders.api.example.com')).toBe('trusted');
  expect(await asked(file, 'example.com')).toBe('ERR_TLS_CERT_ALTNAME_INVALID');
});

it('is accepted by openssl verify for a server', async () => {
  const { stdout } = await run('openssl', [
    'verify',
    '-x509_strict',
    '-purpose',
    'sslserver',
    '-CAfile',
    certificates.authorityFile,
    await issued(),
  ]).catch((error) => error);
  expect(stdout).toMatch(/: OK\n$/);
});

it('says what it is: P-256, server authentication, a day of tolerance, 90 days', async () => {
  const text = await show(await issued(), '-text');
  expect(text).toContain('NIST CURVE: P-256');
  expect(text).toContain('DNS:api.example.com, DNS:*.api.example.com');
  expect(text).toContain('TLS Web Server Authentication');
  expect(text).toContain('CA:FALSE');
  const dates = await show(await issued(), '-dates');
  const [from, to] = [...dates.matchAll(/=(.*)/g)].map(([, date]) => new Date(date ?? '').getTime());
  expect(Math.round(((to ?? 0) - (from ?? 0)) / day)).toBe(91);
  expect(from).toBeLessThan(now.getTime() - 0.9 * day);
});

it('has an authority for two years that may sign for its domains only', async () => {
  await issued();
  const text = await show(certificates.authorityFile, '-text');
  expect(text).toContain('CA:TRUE, pathlen:0');
  expect(text).toMatch(
    /Name Constraints: critical\s+Permitted:\s+DNS:api\.example\.com\s+Excluded:\s+IP:0\.0\.0\.0\/0\.0\.0\.0/,
  );
  const end = new Date(/=(.*)/.exec(await show(certificates.authorityFile, '-enddate'))?.[1] ?? '');
  expect(Math.round((end.getTime() - now.getTime()) / day)).toBe(730);
});

it('is refused by clients for a domain that the authority may not sign for', async () => {
  await issued();
  const foreign = join(folder, 'foreign.pem');
  const key = join(folder, 'foreign-key.pem');
  await run('openssl', [
    'req',
    '-new',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-subj',
    '/O=x',
    '-addext',
    'subjectAltName=DNS:bank.example.org',
    '-keyout',
    key,
    '-out',
    join(folder, 'foreign.csr'),
  ]);
  await run('openssl', [
    'x509',
    '-req',
    '-in',
    join(folder, 'foreign.csr'),
    '-CA',
    certificates.authorityFile,
    '-CAkey',
    join(folder, 'ca-key.pem'),
    '-copy_extensions',
    'copy',
    '-days',
    '1',
    '-out',
    foreign,
  ]);
  await writeFile(foreign, `${await readFile(key, 'utf8')}${await readFile(foreign, 'utf8')}`);
  expect(await asked(foreign, 'bank.example.org')).toBe('permitted subtree violation');
});

it('keeps keys to their owner', async () => {
  const file = await issued();
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect((await stat(join(folder, 'ca-key.pem'))).mode & 0o777).toBe(0o600);
  expect((await stat(folder)).mode & 0o777).toBe(0o700);
});

it('keeps authority and certificate over restarts', async () => {
  const first = await fingerprint(await issued());
  const authority = await fingerprint(certificates.authorityFile);
  certificates = open();
  expect(await fingerprint(await issued())).toBe(first);
  expect(await fingerprint(certificates.authorityFile)).toBe(authority);
  expect(logged).toEqual(['Made an authority', 'Issued']);
});

it('renews a certificate with fewer than 30 days left, by the same authority', async () => {
  const first = await fingerprint(await issued());
  const authority = await fingerprint(certificates.authorityFile);
  now = new Date(now.getTime() + 59 * day);
  expect(await fingerprint(await issued())).toBe(first);
  now = new Date(now.getTime() + 2 * day);
  expect(await fingerprint(await issued())).not.toBe(first);
  expect(await fingerprint(certificates.authorityFile)).toBe(authority);
});

it('makes a new authority before the old one ends', async () => {
  await issued();
  const authority = await fingerprint(certificates.authorityFile);
  now = new Date(now.getTime() + 641 * day);
  const file = await issued();
  expect(await fingerprint(certificates.authorityFile)).not.toBe(authority);
  expect(logged).toContain('Made a new authority; trust ca.pem anew');
  await expect(
    run('openssl', ['verify', '-no_check_time', '-CAfile', certificates.authorityFile, file]),
  ).resolves.toBeDefined();
});

it('issues anew when the names in ACM change', async () => {
  const first = await fingerprint(await issued());
  known.set(arn('one'), {
    Status: 'ISSUED',
    DomainName: 'api.example.com',
    SubjectAlternativeNames: ['v2.api.example.com'],
  });
  const file = await issued();
  expect(await fingerprint(file)).not.toBe(first);
  expect(await asked(file, 'v2.api.example.com')).toBe('trusted');
});

it('makes a new authority for a domain outside the old one', async () => {
  await issued();
  known.set(arn('two'), { Status: 'ISSUED', DomainName: 'www.example.net' });
  expect(await asked(await issued('two'), 'www.example.net')).toBe('trusted');
  expect(await asked(await issued('one'), 'api.example.com')).toBe('trusted');
});

it('issues several at once under one authority', async () => {
  known.set(arn('two'), { Status: 'ISSUED', DomainName: 'www.example.net' });
  known.set(arn('later'), { Status: 'PENDING_VALIDATION', DomainName: 'later.example.net' });
  const files = await certificates.files([arn('one'), arn('two'), arn('later')]);
  expect([...files.keys()]).toEqual([arn('one'), arn('two')]);
  expect(await asked(files.get(arn('one')) ?? '', 'api.example.com')).toBe('trusted');
  expect(await asked(files.get(arn('two')) ?? '', 'www.example.net')).toBe('trusted');
  expect(logged).toEqual(['Made an authority', 'Issued', 'Issued']);
});

it('issues for a name longer than a common name may be', async () => {
  const name = `${'a'.repeat(60)}.example.com`;
  known.set(arn('long'), { Status: 'ISSUED', DomainName: name });
  expect(await asked(await issued('long'), name)).toBe('trusted');
});

it.each(['PENDING_VALIDATION', 'EXPIRED', 'FAILED', 'REVOKED'])(
  'issues nothing for a certificate that is %s',
  async (status) => {
    known.set(arn('one'), { Status: status, DomainName: 'api.example.com' });
    expect(await certificates.files([arn('one')])).toEqual(new Map());
    await expect(stat(certificates.authorityFile)).rejects.toThrow('ENOENT');
  },
);

it('issues nothing for a certificate that ACM does not know', async () => {
  expect(await certificates.files([arn('none')])).toEqual(new Map());
});

it('makes a damaged authority anew', async () => {
  await issued();
  await writeFile(join(folder, 'ca-key.pem'), 'nothing');
  expect(await asked(await issued(), 'api.example.com')).toBe('trusted');
});
