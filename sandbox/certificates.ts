import 'reflect-metadata';
import { createPrivateKey, randomBytes, webcrypto } from 'node:crypto';
import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ACMClient, DescribeCertificateCommand, ResourceNotFoundException } from '@aws-sdk/client-acm';
import { AsnConvert } from '@peculiar/asn1-schema';
import {
  GeneralName,
  GeneralSubtree,
  GeneralSubtrees,
  id_ce_nameConstraints,
  NameConstraints,
} from '@peculiar/asn1-x509';
import * as x509 from '@peculiar/x509';
import type { Log } from './types';

export interface Certificates {
  /** What a client on this machine trusts, as in `curl --cacert`. It exists once a certificate was issued. */
  readonly authorityFile: string;
  /**
   * PEM files, mode 0600, with the key and certificate that stand for ACM certificates. One is issued when first asked
   * for, and again when it ends within 30 days or the names in ACM have changed.
   *
   * @returns by ARN; none for a certificate that ACM does not call ISSUED, or does not know.
   */
  files(certificateArns: readonly string[]): Promise<ReadonlyMap<string, string>>;
}

export interface CertificatesOptions {
  /** A folder of its own inside the sandbox's state folder. */
  readonly folder: string;
  readonly acm: ACMClient;
  readonly log: Log;
  /** @default the clock */
  readonly now?: () => Date;
}

interface Authority {
  readonly certificate: x509.X509Certificate;
  readonly key: webcrypto.CryptoKey;
}

const day = 24 * 60 * 60 * 1000;
/** Clocks may differ by so much. */
const skewDays = 1;
const authorityDays = 730;
const serverDays = 90;
/** A server certificate is renewed when fewer are left. */
const serverRenewalDays = 30;
const algorithm = { name: 'ECDSA', namedCurve: 'P-256' } as const;
const signature = { name: 'ECDSA', hash: 'SHA-256' } as const;

/**
 * Server certificates for the names that ACM knows, signed by an authority that is made once in the folder.
 *
 * The authority may sign for the domains of the certificates that it was made for, and for nothing else (RFC 5280
 * name constraints): its key, should it leave the machine, opens no other site. A certificate for a domain outside, or
 * fewer than 90 days to its end, makes a new authority.
 */
export function createCertificates(options: CertificatesOptions): Certificates {
  x509.cryptoProvider.set(webcrypto);
  return new LocalCertificates(options);
}

class LocalCertificates implements Certificates {
  readonly authorityFile: string;
  private readonly keyFile: string;
  private turn: Promise<unknown> = Promise.resolve();

  constructor(private readonly options: CertificatesOptions) {
    this.authorityFile = join(options.folder, 'ca.pem');
    this.keyFile = join(options.folder, 'ca-key.pem');
  }

  files(certificateArns: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const result = this.turn.then(() => this.current(certificateArns));
    this.turn = result.catch(() => undefined);
    return result;
  }

  private async current(arns: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const issued: { readonly arn: string; readonly names: readonly string[] }[] = [];
    for (const arn of arns) {
      const names = await this.issuedNames(arn);
      if (names) issued.push({ arn, names });
    }
    const files = new Map<string, string>();
    if (issued.length === 0) return files;
    // One authority for all of them: a new one would leave the certificates before it untrusted.
    const authority = await this.authority(issued.flatMap(({ names }) => names));
    for (const { arn, names } of issued) files.set(arn, await this.file(arn, names, authority));
    return files;
  }

  private async file(arn: string, names: readonly string[], authority: Authority): Promise<string> {
    const file = join(
      this.options.folder,
      `${arn
        .split('/')
        .at(-1)
        ?.replace(/[^A-Za-z0-9-]/g, '-')}.pem`,
    );
    if (!(await this.stillGood(file, names, authority))) {
      await this.write(file, await this.issue(names, authority), 0o600);
      this.options.log('certificates', 'Issued', { names });
    }
    return file;
  }

  private async issuedNames(arn: string): Promise<readonly string[] | undefined> {
    const command = new DescribeCertificateCommand({ CertificateArn: arn });
    const { Certificate } = await this.options.acm.send(command).catch((error: unknown) => {
      if (error instanceof ResourceNotFoundException) return { Certificate: undefined };
      throw error;
    });
    if (Certificate?.Status !== 'ISSUED') return undefined;
    const names = [Certificate.DomainName ?? '', ...(Certificate.SubjectAlternativeNames ?? [])];
    return [...new Set(names.map((name) => name.toLowerCase()))].filter((name) => name !== '');
  }

  private async authority(names: readonly string[]): Promise<Authority> {
    const wanted = names.map(domainOf);
    const known = await this.readAuthority();
    const permitted = known ? permittedDomains(known.certificate) : [];
    const missing = wanted.filter((domain) => !permitted.some((parent) => isWithin(domain, parent)));
    const ends = known && daysBetween(this.now(), known.certificate.notAfter) < serverDays;
    if (known && !ends && missing.length === 0) return known;
    const domains = [...new Set([...permitted, ...missing])];
    const authority = await this.makeAuthority(domains);
    this.options.log(
      'certificates',
      known ? 'Made a new authority; trust ca.pem anew' : 'Made an authority',
      { domains },
    );
    return authority;
  }

  private async readAuthority(): Promise<Authority | undefined> {
    try {
      const certificate = new x509.X509Certificate(await readFile(this.authorityFile, 'utf8'));
      const pkcs8 = createPrivateKey(await readFile(this.keyFile)).export({ format: 'der', type: 'pkcs8' });
      const key = await webcrypto.subtle.importKey('pkcs8', pkcs8, algorithm, false, ['sign']);
      return { certificate, key };
    } catch {
      return undefined;
    }
  }

  private async makeAuthority(domains: readonly string[]): Promise<Authority> {
    const keys = await newKeys();
    const certificate = await x509.X509CertificateGenerator.createSelfSigned({
      ...this.validity(authorityDays),
      serialNumber: serialNumber(),
      name: [{ CN: ['Stagecraft sandbox'] }],
      keys,
      signingAlgorithm: signature,
      extensions: [
        new x509.BasicConstraintsExtension(true, 0, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
        await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
        new x509.Extension(id_ce_nameConstraints, true, AsnConvert.serialize(constraints(domains))),
      ],
    });
    await this.write(this.keyFile, await privateKeyPem(keys.privateKey), 0o600);
    await this.write(this.authorityFile, `${certificate.toString('pem')}\n`, 0o644);
    return { certificate, key: keys.privateKey };
  }

  private async stillGood(file: string, names: readonly string[], authority: Authority): Promise<boolean> {
    const text = await readFile(file, 'utf8').catch(() => '');
    const pem = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/.exec(text)?.[0];
    if (!pem) return false;
    const certificate = new x509.X509Certificate(pem);
    const alternative = certificate.getExtension(x509.SubjectAlternativeNameExtension)?.names.items ?? [];
    const { publicKey } = authority.certificate;
    return (
      alternative.map(({ value }) => value).join() === names.join() &&
      daysBetween(this.now(), certificate.notAfter) >= serverRenewalDays &&
      (await certificate.verify({ publicKey, signatureOnly: true }))
    );
  }

  private async issue(names: readonly string[], authority: Authority): Promise<string> {
    const keys = await newKeys();
    const [common = ''] = names;
    const certificate = await x509.X509CertificateGenerator.create({
      ...this.validity(serverDays),
      serialNumber: serialNumber(),
      // A common name holds 64 characters; clients look at the alternative names only.
      subject: common.length <= 64 ? [{ CN: [common] }] : [{ O: ['Stagecraft sandbox'] }],
      issuer: authority.certificate.subjectName,
      publicKey: keys.publicKey,
      signingKey: authority.key,
      signingAlgorithm: signature,
      extensions: [
        new x509.BasicConstraintsExtension(false),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
        new x509.SubjectAlternativeNameExtension(names.map((value) => ({ type: 'dns', value }))),
        await x509.AuthorityKeyIdentifierExtension.create(authority.certificate.publicKey),
        await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      ],
    });
    return `${await privateKeyPem(keys.privateKey)}${certificate.toString('pem')}\n`;
  }

  private validity(days: number): { notBefore: Date; notAfter: Date } {
    const now = this.now().getTime();
    return { notBefore: new Date(now - skewDays * day), notAfter: new Date(now + days * day) };
  }

  private now(): Date {
    return this.options.now?.() ?? new Date();
  }

  private async write(file: string, text: string, mode: number): Promise<void> {
    await mkdir(this.options.folder, { recursive: true, mode: 0o700 });
    await writeFile(`${file}.new`, text, { mode });
    await chmod(`${file}.new`, mode);
    await rename(`${file}.new`, file);
  }
}

function constraints(domains: readonly string[]): NameConstraints {
  const subtree = (base: ConstructorParameters<typeof GeneralName>[0]) =>
    new GeneralSubtree({ base: new GeneralName(base) });
  return new NameConstraints({
    permittedSubtrees: new GeneralSubtrees(domains.map((dNSName) => subtree({ dNSName }))),
    excludedSubtrees: new GeneralSubtrees([
      subtree({ iPAddress: '0.0.0.0/0' }),
      subtree({ iPAddress: '::/0' }),
    ]),
  });
}

function permittedDomains(authority: x509.X509Certificate): readonly string[] {
  const extension = authority.getExtension(id_ce_nameConstraints);
  if (!extension) return [];
  const parsed = AsnConvert.parse(extension.value, NameConstraints);
  return [...(parsed.permittedSubtrees ?? [])].flatMap(({ base }) => base.dNSName ?? []);
}

/** What a wildcard stands under: `*.example.com` is within `example.com`. */
function domainOf(name: string): string {
  return name.replace(/^\*\./, '');
}

function isWithin(domain: string, parent: string): boolean {
  return domain === parent || domain.endsWith(`.${parent}`);
}

function daysBetween(from: Date, to: Date): number {
  return (to.getTime() - from.getTime()) / day;
}

function newKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
}

/** 127 random bits; a leading zero bit keeps the number positive. */
function serialNumber(): string {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bytes.toString('hex');
}

async function privateKeyPem(key: webcrypto.CryptoKey): Promise<string> {
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', key));
  return createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' })
    .export({ format: 'pem', type: 'pkcs8' })
    .toString();
}
