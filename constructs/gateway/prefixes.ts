/** Which API a request belongs to. The load balancer's rules have the same order, so both decide alike. */
import type { GatewayApi } from './model';

/** One way into an API. */
export interface Prefix {
  readonly api: string;
  /** On whole segments. */
  readonly path: string;
  /** Host name that the request must be for; absent: any. */
  readonly host?: string;
  /** Headers that the request must have; `*` and `?` in a value stand for any characters and for one. */
  readonly headers: readonly { readonly name: string; readonly value: string }[];
}

/**
 * All ways into the APIs, the more specific first: with a host before without, with more header conditions before
 * fewer, then the longer path. The first one that a request fits decides.
 */
export function prefixesInOrder(
  apis: readonly Pick<GatewayApi, 'name' | 'paths' | 'hosts' | 'headers'>[],
): Prefix[] {
  const prefixes = apis.flatMap(({ name, paths, hosts, headers }) => {
    const conditions = Object.entries(headers).map(([header, value]) => ({ name: header, value }));
    const anyHost: (string | undefined)[] = [undefined];
    return (hosts.length > 0 ? hosts : anyHost).flatMap((host) =>
      paths.map((path): Prefix => ({ api: name, path, host, headers: conditions })),
    );
  });
  return prefixes.sort(
    (a, b) =>
      Number(b.host !== undefined) - Number(a.host !== undefined) ||
      b.headers.length - a.headers.length ||
      b.path.length - a.path.length ||
      (a.api < b.api ? -1 : 1),
  );
}
