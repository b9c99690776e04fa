/** What is kept, for whom, and what a write makes forgotten. Times are so long here that nothing expires. */
import type { GatewayApi, Policies } from '../../../constructs/gateway';
import { type Caller, scopesOf } from './callers';
import { type Asked, type PoolAnswer, pathOf, queryOf, valuesOf } from './types';

type Cache = NonNullable<Policies['cache']>;

const policiesOf = (api: GatewayApi) => [api.policies, ...api.routes.map(({ policies }) => policies)];
export const isCached = (api: GatewayApi): boolean =>
  policiesOf(api).some(({ cache }) => cache !== undefined);

/** What a request is looked up by, and what of it the API gets on a miss. */
export interface Lookup {
  readonly key: string;
  readonly target: string;
  /** Of the headers that a client sends, those that the API gets. */
  readonly headers: readonly string[];
}

/** Whose answer is for one: it passes the cache by. */
function isForOne(
  { cookies, varyBy }: Cache,
  { cors }: Policies,
  { token }: Caller,
  sent: (name: string) => string[],
) {
  const has = (name: string) => sent(name).length > 0 && !varyBy.headers.includes(name);
  const authorized = has('authorization') && !(varyBy.scope && token !== undefined);
  const conditional = has('if-match') || has('if-unmodified-since');
  const streams = sent('accept').some((value) => value.includes('text/event-stream'));
  return (
    authorized ||
    conditional ||
    streams ||
    (has('cookie') && cookies === 'bypass') ||
    (has('origin') && !cors)
  );
}

/** Undefined: the cache is passed by. */
export function lookup(
  cache: Cache,
  policies: Policies,
  api: GatewayApi,
  caller: Caller,
  asked: Asked,
): Lookup | undefined {
  const { varyBy, generation } = cache;
  const sent = (name: string) => (caller.spent.includes(name) ? [] : valuesOf(asked, name));
  if (isForOne(cache, policies, caller, sent)) return undefined;
  if (Buffer.byteLength(asked.body ?? '') > 0) return undefined;
  if (varyBy.headers.some((name) => sent(name).length > 1)) return undefined;
  const target = varyBy.query ? chosen(varyBy.query, asked) : asked.target;
  if (target === undefined) return undefined;
  const parts = [
    generation,
    api.name,
    varyBy.consumer && (caller.consumer ?? ''),
    ...varyBy.headers.map((name) => sent(name)[0] ?? ''),
    varyBy.scope && caller.token && scopesOf(caller.token),
    valuesOf(asked, 'host')[0],
    target,
  ];
  const headers = [
    ...varyBy.headers,
    ...(varyBy.consumer ? ['x-consumer-id'] : []),
    ...(varyBy.scope ? ['authorization'] : []),
  ];
  return { key: JSON.stringify(parts), target, headers };
}

/** Only the chosen parameters, in the order of the policy; undefined where they could be read in two ways. */
function chosen(names: readonly string[], asked: Asked): string | undefined {
  const query = queryOf(asked) ?? '';
  const pairs = query.split('&').map((pair) => pair.split(/=(.*)/s));
  if (query.includes(';') || pairs.some(([name = '']) => name.includes('%'))) return undefined;
  const found = names.flatMap((name) => pairs.filter(([one]) => one === name));
  const unclear = found.some(
    ([name, value]) => value === undefined || found.filter(([one]) => one === name).length > 1,
  );
  if (unclear) return undefined;
  const text = found.map(([name, value]) => `${name}=${value}`).join('&');
  return pathOf(asked) + (text === '' ? '' : `?${text}`);
}

/** What is said to caches like this one counts first (RFC 9213). */
const directives = ({ headers }: PoolAnswer): string[] =>
  (headers['cdn-cache-control'] ?? headers['cache-control'] ?? '')
    .toLowerCase()
    .split(',')
    .map((one) => one.trim());

function seconds(answer: PoolAnswer, name: string): number | undefined {
  const [value, ...more] = directives(answer).filter((one) => one.startsWith(`${name}=`));
  if (value === undefined) return undefined;
  const digits = /^[^=]+="?(\d+)"?$/.exec(value)?.[1];
  return more.length > 0 || digits === undefined ? 0 : Number(digits);
}

/** RFC 9111, section 3, as the policy narrows it. */
function mayBeKept({ freshness, defaultTtlSeconds, varyBy, statuses }: Cache, answer: PoolAnswer): boolean {
  const { headers, status } = answer;
  const vary = (headers.vary ?? '')
    .toLowerCase()
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '');
  if (!statuses.includes(status) || headers['set-cookie'] !== undefined) return false;
  if ((headers['content-type'] ?? '').startsWith('text/event-stream')) return false;
  if (directives(answer).some((one) => /^(private|no-store|no-cache)/.test(one))) return false;
  if (vary.some((name) => name !== 'accept-encoding' && !varyBy.headers.includes(name))) return false;
  if (freshness === 'override') return true;
  const expires = headers['cdn-cache-control'] === undefined ? headers.expires : undefined;
  // What is no date is over.
  const until = expires === undefined ? undefined : (Date.parse(expires) - Date.now()) / 1000 || 0;
  const said = seconds(answer, 's-maxage') ?? seconds(answer, 'max-age') ?? until ?? defaultTtlSeconds ?? 0;
  const age = /^\d+$/.test(headers.age ?? '') ? Number(headers.age) : 0;
  return said - age > 0;
}

/** RFC 9110, sections 13.1.2 and 13.2.1: a condition is about what would be given with a 200. */
export function isUnchanged(asked: Asked, { headers, status }: PoolAnswer): boolean {
  if (status !== 200) return false;
  const known = valuesOf(asked, 'if-none-match')[0];
  return known === '*' || (known !== undefined && known === headers.etag);
}

/** One over all gateways. */
export class Store {
  private readonly kept = new Map<string, PoolAnswer>();
  private readonly written = new Map<string, number>();

  private tag(api: GatewayApi, path: string): string {
    const said = policiesOf(api).map(({ cache }) => cache?.invalidation);
    if (said.includes('api')) return api.name;
    return said.includes('path') ? `${api.name} ${path.toLowerCase().replace(/\/+$/, '')}` : '';
  }

  private keyOf({ key }: Lookup, api: GatewayApi, path: string, { invalidation }: Cache): string {
    return `${key} ${invalidation === 'none' ? '' : (this.written.get(this.tag(api, path)) ?? 0)}`;
  }

  find(one: Lookup, api: GatewayApi, path: string, cache: Cache): PoolAnswer | undefined {
    return this.kept.get(this.keyOf(one, api, path, cache));
  }

  keep(one: Lookup, api: GatewayApi, asked: Asked, cache: Cache, answer: PoolAnswer): void {
    if (asked.method === 'GET' && mayBeKept(cache, answer))
      this.kept.set(this.keyOf(one, api, pathOf(asked), cache), answer);
  }

  /** RFC 9111, section 4.4. */
  wrote(api: GatewayApi, asked: Asked, { status }: PoolAnswer): void {
    if (['GET', 'HEAD', 'OPTIONS'].includes(asked.method) || status < 200 || status > 399) return;
    const tag = this.tag(api, pathOf(asked));
    this.written.set(tag, (this.written.get(tag) ?? 0) + 1);
  }
}
