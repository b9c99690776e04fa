/** What the memory of a gateway's task is for. */
import type { Environment } from '../schema';
import { COLLECTOR_MIB } from './metrics-collector';

/** Memory of a gateway beside its cache, measured with hundreds of APIs; `LEAST_CONNECTIONS` are in it. */
const GATEWAY_REST_MIB = 192;

/** Memory of the key helper, measured. */
const KEYS_MIB = 96;

/**
 * A request in HAProxy that waits takes 8 KiB (measured on 2.6: 3,000 at once), and while bytes are on their way in
 * both directions a buffer of 16 KiB for each.
 */
const CONNECTION_KIB = 8 + 2 * 16;

/** They take 40 MiB, and leave the rest to what the gateway is with hundreds of APIs. */
const LEAST_CONNECTIONS = 1000;
/** Each takes two files, and the gateway has 50,000 (`fd-hard-limit`). */
const MOST_CONNECTIONS = 20_000;

type Sized = Pick<Environment, 'gateway' | 'apis'>;

const takesTokens = ({ apis }: Sized): boolean =>
  Object.values(apis).some((api) =>
    [api, ...Object.values(api.routes)].some(
      ({ policies: { authentication } }) => typeof authentication === 'object' && authentication.jwt,
    ),
  );

/** Memory that is not the cache's, and how many workers there are while new keys are loaded: each has a cache. */
export function gatewayMemory(environment: Sized): { readonly restMiB: number; readonly workers: number } {
  const tokens = takesTokens(environment);
  const collector = environment.gateway.metrics === 'none' ? 0 : COLLECTOR_MIB;
  return { restMiB: GATEWAY_REST_MIB + collector + (tokens ? KEYS_MIB : 0), workers: tokens ? 2 : 1 };
}

/**
 * Connections from clients that a worker takes at once, from 1,000 to 20,000: what the memory holds beside the caches,
 * at 40 KiB each. The next ones wait at the load balancer, where without a bound the task would be killed.
 *
 * @example 1024 MiB with a cache of 64: (1024 - 192 - 64) MiB / 40 KiB + 1,000 = 20,660, so 20,000
 */
export function mostConnections(environment: Sized): number {
  const { memoryMiB, cacheMiB } = environment.gateway;
  const { restMiB, workers } = gatewayMemory(environment);
  const freeKiB = Math.max(0, memoryMiB - restMiB - workers * cacheMiB) * 1024;
  return Math.min(MOST_CONNECTIONS, LEAST_CONNECTIONS + Math.floor(freeKiB / CONNECTION_KIB / workers));
}
