/** An issuer of tokens: keys in a JWKS on a loopback address, and tokens signed with them, well formed or not. */
import { createSign, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';

export type Json = Readonly<Record<string, unknown>>;

export interface IssuerKey {
  readonly kid: string;
  readonly algorithm: 'RS256' | 'ES256';
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

export function issuerKey(kid: string, algorithm: IssuerKey['algorithm'] = 'RS256', bits = 2048): IssuerKey {
  const { privateKey, publicKey } =
    algorithm === 'RS256'
      ? generateKeyPairSync('rsa', { modulusLength: bits })
      : generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { kid, algorithm, privateKey, publicKey };
}

export const jwkOf = ({ kid, algorithm, publicKey }: IssuerKey): Json => ({
  ...publicKey.export({ format: 'jwk' }),
  kid,
  alg: algorithm,
  use: 'sig',
});

export const encode = (value: string | Buffer | Json): string =>
  Buffer.from(typeof value === 'string' || Buffer.isBuffer(value) ? value : JSON.stringify(value)).toString(
    'base64url',
  );

export const nowSeconds = () => Math.floor(Date.now() / 1000);

/** Signature over `header.payload`, as RFC 7518 says. */
export const signature = (key: IssuerKey, input: string): Buffer =>
  key.algorithm === 'RS256'
    ? createSign('RSA-SHA256').update(input).sign(key.privateKey)
    : sign('sha256', Buffer.from(input), { key: key.privateKey, dsaEncoding: 'ieee-p1363' });

/** Whatever the header and the payload say, with a true signature. Texts stand as they are. */
export function signed(key: IssuerKey, payload: Json | string | Buffer, header: Json | string = {}): string {
  const full =
    typeof header === 'string' ? header : { alg: key.algorithm, typ: 'JWT', kid: key.kid, ...header };
  const input = `${encode(full)}.${encode(payload)}`;
  return `${input}.${encode(signature(key, input))}`;
}

export class Issuer {
  /** What the JWKS has, from the next request on. */
  keys: readonly Json[] = [];
  /** Instead of the key set. */
  answer?: { readonly status: number; readonly body: string };
  asked = 0;
  private server?: Server;

  constructor(
    readonly name: string,
    private readonly address: string,
    private readonly port = 8090,
  ) {}

  get jwksUrl(): string {
    return `http://${this.address}:${this.port}/keys`;
  }

  async start(): Promise<this> {
    this.server = createServer((_, response) => {
      this.asked += 1;
      const { status, body } = this.answer ?? { status: 200, body: JSON.stringify({ keys: this.keys }) };
      response.writeHead(status, { 'Content-Type': 'application/json', Connection: 'close' }).end(body);
    });
    this.server.listen(this.port, this.address);
    await once(this.server, 'listening');
    return this;
  }

  async stop(): Promise<void> {
    const { server } = this;
    this.server = undefined;
    if (!server) return;
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}
