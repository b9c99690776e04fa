/** What of a request is refused or taken away whatever the policies are: `docs/security.md`. */
import { type Headers, need, type Request } from './http';

/** RFC 3986: each character stands for itself, encoded where it must be, and no segment is more than a name. */
function readsInOneWay(path: string): boolean {
  if (!path.startsWith('/') || /\/\/|\/\.\.?(\/|$)|[;\\]|%(?![0-9a-f]{2})/i.test(path)) return false;
  const encoded = [...path.matchAll(/%(..)/g)].map(([, digits]) =>
    String.fromCharCode(Number(`0x${digits}`)),
  );
  if (encoded.some((character) => /[\w.~%/;\\-]/.test(character))) return false;
  try {
    return !/[\p{Cc}\u2028\u2029]/u.test(decodeURIComponent(path));
  } catch {
    return false;
  }
}

const HOST = /^(\[[0-9a-f:.]+\]|[a-z0-9_-]+(\.[a-z0-9_-]+)*)(:\d{1,5})?$/i;

/** In the order in which one sees what is wrong with a request. Framing: RFC 9112, section 6. */
export function readable(request: Request): void {
  const count = (name: string) => request.all(name).length;
  const every = (name: string, form: RegExp) => request.all(name).every((value) => form.test(value));
  const head = [request.target, ...request.lines.map((line) => `${line.join(': ')}\r\n`), '\r\n'].join('');
  need(every('transfer-encoding', /^chunked$/i), 400, 'framing');
  need(every('content-length', /^(0|[1-9]\d{0,14})$/), 400, 'framing');
  need(every('expect', /^100-continue$/i) && count('expect') <= 1, 417, 'expectation');
  need(Buffer.byteLength(head) <= 15_360 && request.lines.length <= 64, 431, 'head-size');
  need(request.method !== 'TRACE', 405, 'trace');
  need(every('host', HOST) && count('host') === 1, 400, 'host');
  need(readsInOneWay(request.path), 400, 'path');
}

/** What says who calls, from where, and for what else than is asked: by a word, or by nothing else than such words. */
const CLAIMS = [
  /^x-(consumer|gateway|amzn-oidc|amzn-mtls|original|http-method)-/,
  /(^|-)(ip|addr)(-|$)|forwarded|rewrite|override/,
  /^(x|http|request|base|server|script)(-(request|host|port|method|url|uri|path|scheme|proto))+$/,
  // What belongs to one connection, and names that many servers take for others.
  /^(connection|keep-alive|te|trailer|upgrade|proxy(-.*)?|http2-settings)$|[^a-z0-9-]/,
];

/** What an API gets of a client's headers. @param spent by the gateway itself */
export function sentOn(request: Request, spent: readonly string[]): Headers {
  const names = request.lines.map(([name]) => name.toLowerCase()).filter((name) => !spent.includes(name));
  const kept = names.filter((name) => !CLAIMS.some((claim) => claim.test(name)));
  return Object.fromEntries(kept.map((name) => [name, request.all(name).join(', ')]));
}
