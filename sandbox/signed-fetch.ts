/** A request to the sandbox's AWS that no SDK client makes, signed as they sign theirs. */
import { Hash } from '@smithy/core/serde';
import { SignatureV4 } from '@smithy/signature-v4';
import type { SandboxAccess } from './credentials';

export interface SignedRequest {
  /** @default GET */
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal?: AbortSignal;
}

/** @param path with its query: `/_sandbox/changes?after=1` */
export async function signedFetch(
  access: SandboxAccess,
  service: string,
  path: string,
  { method = 'GET', headers = {}, body, signal }: SignedRequest = {},
): Promise<Response> {
  const { region, credentials } = access;
  const url = new URL(path, access.endpoint);
  const signer = new SignatureV4({
    service,
    region,
    credentials,
    sha256: Hash.bind(null, 'sha256'),
    uriEscapePath: service !== 's3',
  });
  const signed = await signer.sign({
    method,
    protocol: url.protocol,
    hostname: url.hostname,
    port: Number(url.port),
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    headers: { ...headers, host: url.host },
    body,
  });
  // fetch says the same of itself.
  const { host: _, ...sent } = signed.headers;
  return await fetch(url, { method, headers: sent, body, signal });
}
