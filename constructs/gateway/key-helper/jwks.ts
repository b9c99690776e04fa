/** From an issuer's JWKS (RFC 7517) to keys that HAProxy takes. What it says is not trusted: odd keys are left out. */
import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';

export type Algorithm = 'RS256' | 'ES256';

export interface Key {
  readonly kid: string;
  readonly algorithm: Algorithm;
  /** SubjectPublicKeyInfo. */
  readonly pem: string;
}

export interface Reading {
  readonly keys: readonly Key[];
  /** Why each of the others was left out. */
  readonly skipped: readonly string[];
}

/** An issuer has two or three; more would only make the configuration long. */
const mostKeys = 32;
const fewestBits = 2048;
/** Longer ones cost a gateway too much time for each request. */
const mostBits = 8192;
/** A map's key: no white space, no control character, no `#` at its beginning, which would be a comment. */
const safeKid = /^[!-"$-~][!-~]{0,127}$/;

/** @throws when the text is no key set */
export function readJwks(text: string): Reading {
  const set: unknown = JSON.parse(text);
  const entries = isObject(set) ? set.keys : undefined;
  if (!Array.isArray(entries)) throw new Error('the answer is no key set: it has no list "keys"');
  const keys = new Map<string, Key>();
  const skipped: string[] = [];
  for (const entry of entries) {
    const name = describe(entry);
    try {
      const key = readKey(entry);
      if (keys.has(key.kid)) throw new Error('a key with the same kid stands before it');
      if (keys.size === mostKeys) throw new Error(`more than ${mostKeys} keys`);
      keys.set(key.kid, key);
    } catch (error) {
      // A set of any length makes a log line of a bounded one.
      if (skipped.length < mostKeys) skipped.push(`${name}: ${messageOf(error)}`);
    }
  }
  return { keys: [...keys.values()], skipped };
}

/** The reverse. */
export const keySet = (keys: readonly Key[]): { readonly keys: readonly JsonWebKey[] } => ({
  keys: keys.map(({ kid, algorithm, pem }) => ({
    ...createPublicKey(pem).export({ format: 'jwk' }),
    kid,
    alg: algorithm,
  })),
});

function readKey(entry: unknown): Key {
  if (!isObject(entry)) throw new Error('no object');
  const { kid, kty, use, alg, key_ops: operations } = entry;
  if (typeof kid !== 'string' || !safeKid.test(kid)) {
    throw new Error('its kid is not 1 to 128 printable ASCII characters without space, the first no #');
  }
  if (use !== undefined && use !== 'sig') throw new Error('not for signatures');
  if (Array.isArray(operations) && !operations.includes('verify')) throw new Error('not for signatures');
  const algorithm = ({ RSA: 'RS256', EC: 'ES256' } as const)[String(kty)];
  if (algorithm === undefined) throw new Error('neither RSA nor EC');
  if (alg !== undefined && alg !== algorithm) throw new Error(`not for ${algorithm}`);
  // Only what is public: with `d` in it, it would become a private key.
  const { n, e, crv, x, y } = entry;
  const jwk = (kty === 'RSA' ? { kty, n, e } : { kty, crv, x, y }) as JsonWebKey;
  const key = createPublicKey({ key: jwk, format: 'jwk' });
  if (kty === 'RSA') checkRsa(key);
  else if (crv !== 'P-256') throw new Error('not on the curve P-256');
  return { kid, algorithm, pem: String(key.export({ type: 'spki', format: 'pem' })) };
}

function checkRsa({ asymmetricKeyDetails }: KeyObject): void {
  const { modulusLength = 0, publicExponent = 0n } = asymmetricKeyDetails ?? {};
  if (modulusLength < fewestBits) throw new Error(`fewer than ${fewestBits} bits`);
  if (modulusLength > mostBits) throw new Error(`more than ${mostBits} bits`);
  // With 1 every text is its own signature.
  if (publicExponent < 3n || publicExponent % 2n === 0n) throw new Error('its exponent proves nothing');
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function describe(entry: unknown): string {
  const kid = isObject(entry) ? entry.kid : undefined;
  return typeof kid === 'string' ? JSON.stringify(kid.slice(0, 64)) : 'a key without kid';
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
