/** Gets a key set, with bounds on everything: the other side may be slow, large or someone else. */

const timeoutMs = 5000;
const mostBytes = 256 * 1024;

/** @throws when the answer is not a whole, small 200 in time. Redirects are not followed: the URL is the issuer's word. */
export async function fetchText(url: string): Promise<string> {
  const { protocol, hostname } = new URL(url);
  const loopback = hostname === 'localhost' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
  if (protocol !== 'https:' && !(protocol === 'http:' && loopback)) throw new Error('the URL is not https');
  return readText(url, timeoutMs);
}

/** The same of any URL. */
export async function readText(url: string, withinMs: number): Promise<string> {
  const options = { redirect: 'error', signal: AbortSignal.timeout(withinMs) } as const;
  const response = await fetch(url, { ...options, headers: { accept: 'application/json' } }).catch(explain);
  if (response.status !== 200 || response.body === null) throw new Error(`status ${response.status}`);
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    bytes += chunk.byteLength;
    if (bytes > mostBytes) throw new Error(`the answer is larger than ${mostBytes / 1024} KB`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

/** `fetch failed` says nothing; its cause does. */
function explain(error: Error): never {
  const cause = error.cause instanceof Error ? error.cause : error;
  throw new Error('code' in cause && typeof cause.code === 'string' ? cause.code : cause.message);
}

/**
 * Where the keys of a Cognito pool are when AWS is somewhere else, as `AWS_ENDPOINT_URL` says to all AWS SDKs.
 * @param endpoint undefined: at the issuer itself
 */
export function keysUrl(issuer: string, jwksUrl: string | undefined, endpoint: string | undefined): string {
  const standard = '.well-known/jwks.json';
  if (jwksUrl !== undefined) return jwksUrl;
  const pool = /^https:\/\/cognito-idp\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?\/([A-Za-z0-9_-]+)$/.exec(
    issuer,
  )?.[1];
  if (endpoint !== undefined && pool !== undefined)
    return `${endpoint.replace(/\/$/, '')}/${pool}/${standard}`;
  return `${issuer.replace(/\/$/, '')}/${standard}`;
}
