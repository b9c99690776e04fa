/** What is remembered, one for all gateways: counts, and answers. Times are so long here that nothing expires. */
import type { GatewayApi, Policies } from '../../../constructs/gateway';
import { type Answer, listed, need, parametersIn, type Request } from '../reading/http';
import { type Caller, scopesOf } from './callers';

type Cache = NonNullable<Policies['cache']>;
type RateLimit = NonNullable<Policies['rateLimit']>;

export class Limits {
  private readonly counts = new Map<string, number>();

  /** Counts a request that passes. Gives what is then left in each window. */
  take(limit: RateLimit, plan: string | undefined, whose: string): readonly number[] {
    const windows = 'windows' in limit ? limit.windows : limit.plans[plan ?? limit.defaultPlan ?? ''];
    need(windows, 403, 'no-plan');
    const counted = windows.toSorted((one, other) => one.perSeconds - other.perSeconds);
    const count = (seconds: number) => this.counts.get(`${whose} ${seconds}`) ?? 0;
    const left = counted.map(({ requests, perSeconds }) => requests - count(perSeconds) - 1);
    need(Math.min(...left) >= 0, 429, 'rate-limit');
    for (const { perSeconds } of counted) this.counts.set(`${whose} ${perSeconds}`, count(perSeconds) + 1);
    return left;
  }
}

const cachesOf = ({ policies, routes }: GatewayApi): Cache[] =>
  [policies, ...routes.map((route) => route.policies)].flatMap(({ cache }) => cache ?? []);
export const isCached = (api: GatewayApi): boolean => cachesOf(api).length > 0;

/**
 * What a request is looked up by, and what of it the API gets on a miss: nothing that the key does not hold. Undefined: the
 * answer is for one, or can be asked for in two ways, and the cache is passed by.
 */
export function lookup({ cache, cors }: Policies, api: string, caller: Caller, request: Request) {
  if (!cache || !['GET', 'HEAD'].includes(request.method) || request.hasBody) return undefined;
  const { varyBy, generation, cookies } = cache;
  const sent = (name: string) => (caller.spent.includes(name) ? [] : request.all(name));
  const has = (name: string) => sent(name).length > 0 && !varyBy.headers.includes(name);
  const scopes = varyBy.scope && caller.token && scopesOf(caller.token);
  const isForOne =
    (has('authorization') && !scopes) ||
    (has('cookie') && cookies === 'bypass') ||
    (has('origin') && !cors) ||
    has('if-match') ||
    has('if-unmodified-since') ||
    sent('accept').some((value) => value.includes('text/event-stream'));
  const { path } = request;
  const query = varyBy.query ? chosen(varyBy.query, request) : request.query;
  const values = varyBy.headers.map(sent);
  if (isForOne || query === null || values.some((several) => several.length > 1)) return undefined;
  const consumer = varyBy.consumer && caller.consumer;
  const said = values.map(([one = '']) => one);
  const key = JSON.stringify([generation, api, consumer, said, scopes, request.all('host'), path, query]);
  const names = [varyBy.consumer && 'x-consumer-id', varyBy.scope && 'authorization', 'x-forwarded-prefix'];
  return { key, path, query, headers: [...varyBy.headers, ...names.filter((name) => name !== false)] };
}

/** Only the chosen parameters, in the order of the policy; null where they could be read in two ways. */
function chosen(names: readonly string[], { query = '' }: Request) {
  const sent = parametersIn(query);
  const found = names.map((name) => sent.filter((one) => one.name === name));
  const isUnclear = found.some((same) => same.length > 1 || same.some(({ value }) => value === undefined));
  if (isUnclear || query.includes(';') || sent.some(({ name }) => name.includes('%'))) return null;
  const texts = found.flat().map(({ text }) => text);
  return texts.length > 0 ? texts.join('&') : undefined;
}

/** RFC 9111, section 3, as the policy narrows it. */
export function mayBeKept(cache: Cache, { status, headers }: Answer): boolean {
  // What is said to caches like this one counts first (RFC 9213).
  const targeted = headers['cdn-cache-control'];
  const said = listed(targeted ?? headers['cache-control']);
  const known = ['accept-encoding', ...cache.varyBy.headers];
  if (!cache.statuses.includes(status) || headers['set-cookie'] !== undefined) return false;
  if (headers['content-type']?.startsWith('text/event-stream')) return false;
  if (said.some((one) => /^(private|no-store|no-cache)/.test(one))) return false;
  if (listed(headers.vary).some((name) => !known.includes(name))) return false;
  if (cache.freshness === 'override') return true;
  const seconds = (name: string) => said.find((one) => one.startsWith(`${name}=`))?.slice(name.length + 1);
  const expires = targeted === undefined ? headers.expires : undefined;
  // What is no date is over.
  const until = expires && ((Date.parse(expires) || 0) - Date.now()) / 1000;
  const lifetime = seconds('s-maxage') ?? seconds('max-age') ?? until ?? cache.defaultTtlSeconds ?? 0;
  return Math.min(Number(lifetime), 2 ** 31) - (Number(headers.age) || 0) > 0;
}

/** RFC 9110, sections 13.1.2 and 13.2.1: a condition is about what would be given with a 200. */
export function isUnchanged(request: Request, { headers, status }: Answer): boolean {
  const [known] = request.all('if-none-match');
  return status === 200 && known !== undefined && ['*', headers.etag].includes(known);
}

export class Store {
  readonly kept = new Map<string, Answer>();
  private readonly writes = new Map<string, number>();

  /** What a write makes forgotten: where one place says the whole API, all do. */
  private tag(api: GatewayApi, request: Request): string {
    const isWhole = cachesOf(api).some(({ invalidation }) => invalidation === 'api');
    return isWhole ? api.name : `${api.name} ${request.path.toLowerCase().replace(/\/+$/, '')}`;
  }

  keyOf(key: string, { invalidation }: Cache, api: GatewayApi, request: Request): string {
    return invalidation === 'none' ? key : `${key} ${this.writes.get(this.tag(api, request)) ?? 0}`;
  }

  /** RFC 9111, section 4.4. */
  wrote(api: GatewayApi, request: Request, { status }: Answer): void {
    if (['GET', 'HEAD', 'OPTIONS'].includes(request.method) || status < 200 || status > 399) return;
    this.writes.set(this.tag(api, request), (this.writes.get(this.tag(api, request)) ?? 0) + 1);
  }
}
