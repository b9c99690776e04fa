/** What the memory of a gateway's task is for. */
import type { Environment } from '../schema';
import { COLLECTOR_MIB } from './metrics-collector';

/**
 * Memory of a gateway beside its cache, measured with hundreds of APIs; `LEAST_CONNECTIONS_MIB` and `COUNTS_MIB` are
 * in it.
 */
const GATEWAY_REST_MIB = 192;

/** Of `countsMiB`, by default. */
const COUNTS_MIB = 48;

/** Memory of the key helper, measured. */
const KEYS_MIB = 96;

/** However little memory there is, connections have this much: a thousand at 40 KiB each. */
const LEAST_CONNECTIONS_MIB = 40;

type Sized = Pick<Environment, 'gateway' | 'apis'>;

const takesTokens = ({ apis }: Sized): boolean =>
  Object.values(apis).some((api) =>
    [api, ...Object.values(api.routes)].some(
      ({ policies: { authentication } }) => typeof authentication === 'object' && authentication.jwt,
    ),
  );

/**
 * Memory that is not the cache's, and how many workers there are while new keys are loaded: each has a cache, and the
 * counts.
 */
export function gatewayMemory(environment: Sized): { readonly restMiB: number; readonly workers: number } {
  const tokens = takesTokens(environment);
  const workers = tokens ? 2 : 1;
  const collector = environment.gateway.metrics === 'none' ? 0 : COLLECTOR_MIB;
  const counts = Math.max(0, workers * environment.gateway.countsMiB - COUNTS_MIB);
  return { restMiB: GATEWAY_REST_MIB + collector + counts + (tokens ? KEYS_MIB : 0), workers };
}

/**
 * Memory for what a worker has of its clients' connections: what the task has beside the caches. How many connections
 * that is, the data plane knows; the next ones wait at the load balancer, where without a bound the task would be killed.
 *
 * @example 1024 MiB with a cache of 64: 1024 - 192 - 64 + 40 = 808 MiB
 */
export function connectionsMiB(environment: Sized): number {
  const { memoryMiB, cacheMiB } = environment.gateway;
  const { restMiB, workers } = gatewayMemory(environment);
  const free = Math.max(0, memoryMiB - restMiB - workers * cacheMiB);
  return LEAST_CONNECTIONS_MIB + Math.floor(free / workers);
}
