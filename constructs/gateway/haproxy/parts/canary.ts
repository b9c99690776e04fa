/**
 * Two versions of an API: the stable one, and a new one that some of the callers get.
 *
 *     client -> traffic -> <api> -> pool
 *                            |
 *                            +-> loopback address -> <api>.canary -> the new version's pool
 *
 * A version has a backend of its own, so that each has its checks and is balanced by itself; who gets which is known
 * only when `<api>` knows who calls, and HAProxy changes no backend then: hence the second hop, for the few.
 */

import type { GatewayApi, GatewayModel } from '../../model';
import {
  all,
  any,
  type Condition,
  found,
  isTrue,
  not,
  printRules,
  type Rule,
  type Rules,
  rule,
} from '../language/rules';
import { line, put, type Text } from '../language/text';
import { loopbackAddress } from '../language/variables';
import { txn } from '../language/vocabulary';
import { pool } from './pool';
import { canaryPort } from './ports';
import type { Section } from './sections';

export const canaryBackend = (api: GatewayApi): Text => line`${put('name', api.name)}.canary`;

const chosen = line`{ var(${txn.version}) -m str canary }`;
const known = found('consumer');
const serves = (api: GatewayApi): Text => line`{ nbsrv(${canaryBackend(api)}) gt 0 }`;

/**
 * Who gets which version: a hash of who calls, so the same caller gets the same one from every gateway, and whoever
 * has the new one keeps it when its share grows. The API's name is in it, so that it is not always the same callers.
 * In the log, `version`.
 */
export function versionRules(api: GatewayApi): Rules {
  if (!api.canary) return {};
  const share = line`{ var(${txn.caller}),xxh32,mod(100) lt ${api.canary.percent} }`;
  return {
    request: [
      rule(line`set-var-fmt(${txn.caller}) "%[var(${txn.api})]|%[var(${txn.consumer})]"`, all(known)),
      rule(line`set-var-fmt(${txn.caller}) "%[var(${txn.api})]|%[var(${txn.client})]"`, all(not(known))),
      rule(line`set-var(${txn.version}) str(stable)`),
      // The loopback address is the first thing that a gateway gives up when it stops.
      rule(line`set-var(${txn.version}) str(canary)`, all(share, serves(api), not(line`{ stopping }`))),
    ],
  };
}

/** In `<api>.cached`: the owner of the key asks the same version. */
export const sentVersionRules = (api: GatewayApi): Rules =>
  api.canary
    ? {
        request: [rule(line`set-header X-Gateway-Version %[var(${txn.version})]`)],
        response: [
          rule(
            line`set-var(${txn.version}) res.fhdr(x-gateway-version)`,
            all(line`{ res.fhdr(x-gateway-version) -m found }`),
          ),
        ],
      }
    : {};

/** What the stable version answered for the other is not kept under the other's key. */
const stableInstead = (when: Condition): Rule[] => [
  rule(line`set-var(${txn.other_vary}) bool(true)`, when),
  rule(line`set-var(${txn.version}) str(stable)`, all(isTrue('other_vary'))),
];

/** For the owner of a cache key: it is told the version. */
export const toldVersion: Rules = {
  request: [rule(line`set-var(${txn.version}) req.fhdr(x-gateway-version)`)],
};

/** In `<api>`, for what came over the internal port. */
export const toldVersionRules = (api: GatewayApi): Rules =>
  api.canary
    ? { request: stableInstead(any(not(serves(api)), line`{ stopping }`).map((terms) => [chosen, ...terms])) }
    : {};

/** Of the request: last in `<api>`, after all that may change it. Of the answer: first, before its header is taken away. */
export function hopRules(api: GatewayApi): Rules {
  if (!api.canary) return {};
  return {
    request: [rule(line`set-header X-Gateway-Api %[var(${txn.api})]`, all(chosen))],
    response: [
      rule(
        line`set-var(${txn.server}) res.fhdr(x-gateway-server)`,
        all(chosen, line`{ res.fhdr(x-gateway-server) -m found }`),
      ),
      rule(line`del-header x-gateway-server`),
    ],
  };
}

/** In `<api>` before its own servers, whose checks and bounds are not for it. Without weight, only `use-server` takes it. */
export const hopServer = (api: GatewayApi): Text[] =>
  api.canary
    ? [line`use-server canary if ${chosen}`, line`server canary "${loopbackAddress}:${canaryPort}" weight 0`]
    : [];

/** The new version's pool, as the stable one's but for the bound on requests, which is counted for both in `<api>`. */
export function canaryPools(
  api: GatewayApi,
): { name: Text; common: readonly Text[]; own: readonly Text[] }[] {
  if (!api.canary) return [];
  const balancing = { ...api.balancing, maxConcurrentRequests: undefined };
  const { settings, rules, servers } = pool({ ...api, pool: api.canary.pool, balancing });
  return [{ name: canaryBackend(api), common: [...settings, ...printRules(rules)], own: servers }];
}

/** Where the second hop comes in. Nothing but a gateway itself reaches it. */
export function canaryFrontend({ apis }: Pick<GatewayModel, 'apis'>): Section[] {
  if (apis.every(({ canary }) => canary === undefined)) return [];
  return [
    {
      head: line`frontend gateway.canary from base`,
      lines: [
        line`bind "${loopbackAddress}:${canaryPort}"`,
        ...printRules({
          request: [
            rule(line`set-var(${txn.api}) req.fhdr(x-gateway-api)`),
            rule(line`del-header x-gateway- -m beg`),
          ],
          response: [rule(line`set-header X-Gateway-Server %[srv_name]`)],
        }),
        line`use_backend %[var(${txn.api})].canary`,
      ],
    },
  ];
}
