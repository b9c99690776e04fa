/**
 * One cache over all members. The public side finds the key, and the key's owner by consistent hashing; the owner's
 * internal port looks it up, asks the API when it has to, and stores. When the owner is down the next one takes over.
 *
 *     client -> traffic -> <api>.cached -> owner's internal port -> <api> -> pool
 */
import type { GatewayApi } from '../model';
import { refuse } from './errors';
import { memberAddress } from './members';
import type { Pool } from './pool';
import { healthPath, ports } from './ports';
import type { Context, PolicyRendering, Rules, Section } from './sections';
import { join, line, put, type Text, textProblem } from './text';
import { listenAddress, loopbackAddress } from './variables';

export const isCached = (api: GatewayApi): boolean => api.policies.cache !== undefined;

/** Backend that asks the members; `<api>` itself asks the pool. */
export const cachedBackend = (api: GatewayApi): Text => line`${put('name', api.name)}.cached`;

/** The names of the APIs with a cache, one a line. */
export const cachedFile = line`cached.lst`;

/** Answers larger than this are not kept. */
const largestObjectBytes = 1024 * 1024;

/** Rules of `<api>.cached`, after those of the policies before: either a key, or the cache is passed by. */
export function keyRules(api: GatewayApi): Rules {
  const { cache } = api.policies;
  if (!cache) return {};
  const name = put('name', api.name);
  const bypass = (when: Text) => line`http-request set-var(txn.bypass) bool(true) if ${when}`;
  const headers = [...new Set(cache.varyBy.headers)].map((header) => put('headerName', header));
  const own = (header: string) => cache.varyBy.headers.includes(header);
  const consumer = cache.varyBy.consumer ? line`%[var(txn.consumer)]` : line``;
  const factors = headers.map((_, index) => {
    const value = line`var(txn.vary${index})`;
    return line`|%[${value},length]:%[${value}]`;
  });
  const request = [
    line`acl bypass var(txn.bypass) -m bool`,
    // What was authorized is its caller's own, and a body would be no part of the key.
    bypass(line`{ req.fhdr(authorization) -m found }`),
    bypass(line`{ req.fhdr(transfer-encoding) -m found } || { req.fhdr(content-length) -m int gt 0 }`),
    bypass(line`{ req.fhdr(upgrade) -m found }`),
    ...headers.map((header) => bypass(line`{ req.fhdr_cnt(${header}) gt 1 }`)),
    ...(cache.varyBy.query ? chosenQuery([...new Set(cache.varyBy.query)], bypass) : []),
    ...headers.map((header, index) => line`http-request set-var(txn.vary${index}) req.fhdr(${header})`),
    // The policy says what is kept, not the caller.
    line`http-request del-header cache-control if !bypass`,
    line`http-request del-header pragma if !bypass`,
    ...(own('accept-encoding') ? [] : [line`http-request del-header accept-encoding if !bypass`]),
    // The API may write its links with the host that it was asked for, so each host has answers of its own.
    line`http-request set-var-fmt(txn.cache_key) "${consumer}${join(factors, line``)}|%[req.fhdr(host)]|%[pathq]" if !bypass`,
    line`http-request set-header X-Gateway-Key %[var(txn.cache_key),sha2(256),hex] if !bypass`,
    line`http-request set-header X-Gateway-Api ${name}`,
  ];
  const response = [
    line`http-response set-var(txn.cache) res.fhdr(x-cache)`,
    line`http-response set-var(txn.server) res.fhdr(x-gateway-server)`,
    line`http-response del-header x-gateway- -m beg`,
  ];
  return { request, response };
}

/**
 * Only the chosen parameters, in the order of the policy, are part of the key, and only they reach the API: what is
 * not in the key cannot change the answer. Where the two could read a query differently, the cache is passed by.
 */
function chosenQuery(names: readonly string[], bypass: (when: Text) => Text): Text[] {
  const twice = names.map((name) => {
    const parameter = put('queryNameRegex', name);
    return line`(^|&)${parameter}=.*&${parameter}=|(^|&)${parameter}(&|\$)`;
  });
  return [
    bypass(line`{ query -m sub ; } || { query -m reg "(^|&)[^=&]*%" }`),
    ...(twice.length > 0 ? [bypass(line`{ query -m reg "${join(twice, line`|`)}" }`)] : []),
    line`http-request set-var(txn.query) str()`,
    ...names.map((name) => {
      const parameter = put('queryName', name);
      return line`http-request set-var-fmt(txn.query) "%[var(txn.query)]&${parameter}=%[urlp(${parameter})]" if { urlp(${parameter}) -m found }`;
    }),
    line`http-request set-var(txn.query) var(txn.query),bytes(1)`,
    line`http-request set-var(txn.path) path`,
    line`http-request set-pathq %[var(txn.path)] if !bypass`,
    line`http-request set-query %[var(txn.query)] if !bypass { var(txn.query),length gt 0 }`,
  ];
}

/** Rules of `<api>` for requests that came over the internal port. All other policies were applied before. */
export function storedRules(api: GatewayApi): Rules {
  const { cache } = api.policies;
  if (!cache) return {};
  const vary = ['accept-encoding', ...cache.varyBy.headers].map((name) => put('headerName', name));
  const known = line`(${join([...new Set(vary)], line`|`)})`;
  return {
    request: [
      line`acl internal var(txn.internal) -m bool`,
      line`acl keyed var(txn.key) -m found`,
      line`acl hit var(txn.hit) -m bool`,
      line`acl keep var(txn.keep) -m bool`,
      line`http-request set-var(txn.key) req.fhdr(x-gateway-key) if internal`,
      line`http-request del-header x-gateway- -m beg if internal`,
      line`http-request set-var(txn.host) req.fhdr(host) if keyed`,
      line`http-request set-var(txn.pathq) pathq if keyed`,
      line`http-request set-header Host ${put('name', api.name)} if keyed`,
      line`http-request set-pathq /${cache.generation}/%[var(txn.key)] if keyed`,
      line`http-request cache-use gateway if keyed`,
      line`http-request set-pathq %[var(txn.pathq)] if keyed`,
      line`http-request set-header Host %[var(txn.host)] if keyed`,
      line`http-request allow if internal`,
    ],
    response: [
      line`http-response set-var(txn.hit) bool(true) if keyed { res.cache_hit }`,
      line`http-response del-header x-gateway- -m beg if internal !hit`,
      line`http-response set-var(txn.keep) bool(true) if keyed !hit { status 200 }`,
      ...[
        line`{ res.fhdr(set-cookie) -m found }`,
        line`{ res.hdr(cache-control) -m beg -i private no-store no-cache }`,
        line`{ res.fhdr_cnt(cache-control) gt 1 }`,
        line`{ res.fhdr_cnt(vary) gt 1 }`,
        line`{ res.fhdr(vary) -m found } !{ res.fhdr(vary) -m reg -i "^${known}( *, *${known})*\$" }`,
      ].map((when) => line`http-response unset-var(txn.keep) if ${when}`),
      // HAProxy keeps what it is told by Cache-Control, and nothing with Vary: the API's own words wait aside.
      line`http-response set-header X-Gateway-Cache-Control %[res.fhdr(cache-control)] if keep { res.fhdr(cache-control) -m found }`,
      line`http-response set-header X-Gateway-Vary %[res.fhdr(vary)] if keep { res.fhdr(vary) -m found }`,
      line`http-response del-header vary if keep`,
      // HAProxy 2.6 reads one byte beyond the number, and a digit there makes 1 s into 19 s: hence the comma.
      line`http-response set-header Cache-Control "max-age=${cache.ttlSeconds}, public" if keep`,
      line`http-response cache-store gateway if keep`,
      line`http-response del-header cache-control if keep || hit`,
      line`http-response set-header Cache-Control %[res.fhdr(x-gateway-cache-control)] if { res.fhdr(x-gateway-cache-control) -m found }`,
      line`http-response set-header Vary %[res.fhdr(x-gateway-vary)] if { res.fhdr(x-gateway-vary) -m found }`,
      line`http-response del-header x-gateway- -m beg`,
      line`http-response set-header X-Cache HIT if hit`,
      line`http-response set-header X-Cache MISS if keyed !hit`,
      line`http-response set-header X-Cache BYPASS if !keyed`,
      line`http-response set-var(txn.cache) str(BYPASS) if !internal`,
      line`http-response set-header X-Gateway-Server %[srv_name] if internal !hit`,
    ],
  };
}

/** The servers of `<api>.cached`: the key's owner, or the next member when it cannot be reached. */
export function memberPool(api: GatewayApi, { model, member }: Context): Pool {
  return {
    settings: [
      line`balance hdr(x-gateway-key)`,
      line`hash-type consistent`,
      line`timeout connect 500ms`,
      // Longer than the owner waits, whose answer says more.
      line`timeout server ${api.requestTimeoutSeconds + 2}s`,
      line`retry-on conn-failure empty-response`,
    ],
    servers: model.members.map(({ name, host }) =>
      name === member.name
        ? line`server ${put('name', name)} "${loopbackAddress}:${ports.cache}"`
        : line`server ${put('name', name)} ${memberAddress(host, ports.cache)} track gateway.members/${put('name', name)}`,
    ),
  };
}

function sections(context: Context): Section[] {
  const cached = context.model.apis.filter(isCached);
  if (cached.length === 0) return [];
  const longestTtl = Math.max(...cached.map(({ policies }) => policies.cache?.ttlSeconds ?? 0));
  return [
    {
      head: line`cache gateway`,
      lines: [
        line`total-max-size ${context.model.cacheMiB}`,
        line`max-object-size ${largestObjectBytes}`,
        line`max-age ${longestTtl}`,
        line`process-vary off`,
      ],
    },
    {
      head: line`frontend gateway.cache`,
      lines: [
        line`bind "${listenAddress}:${ports.cache}"`,
        line`monitor-uri ${healthPath as Text}`,
        line`monitor fail if { stopping }`,
        line`http-request set-var(txn.internal) bool(true)`,
        line`http-request set-var(txn.api) req.fhdr(x-gateway-api)`,
        ...refuse({
          status: 404,
          reason: 'no-route',
          detail: 'No API answers here.',
          when: line`unless { var(txn.api) -m str -f ${cachedFile} }`,
        }),
        line`use_backend %[var(txn.api)]`,
      ],
    },
    {
      // Checked once here, whatever the number of APIs; their backends follow it.
      head: line`backend gateway.members`,
      lines: [
        line`option httpchk GET ${healthPath as Text}`,
        line`timeout check 1s`,
        line`default-server check inter 1s fall 1 rise 1`,
        ...context.others.map(
          ({ name, host }) => line`server ${put('name', name)} ${memberAddress(host, ports.cache)}`,
        ),
      ],
    },
  ];
}

export const cache: PolicyRendering = {
  problems: ({ name, policies: { cache: policy } }) => {
    const path = ['apis', name, 'policies', 'cache', 'varyBy'];
    return [
      ...(policy?.varyBy.headers ?? []).flatMap((header, index) =>
        textProblem('headerName', header, [...path, 'headers', index]),
      ),
      ...(policy?.varyBy.query ?? []).flatMap((parameter, index) =>
        textProblem('queryName', parameter, [...path, 'query', index]),
      ),
    ];
  },
  rules: () => ({}),
  sections,
  files: ({ model }): Record<string, string> => {
    const names = model.apis.filter(isCached).map(({ name }) => put('name', name));
    return names.length > 0 ? { [cachedFile]: names.map((name) => `${name}\n`).join('') } : {};
  },
};
