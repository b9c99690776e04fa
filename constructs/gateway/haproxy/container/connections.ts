/** How many connections the memory of a gateway holds. */
import type { GatewayModel } from '../../model';
import { line, type Text } from '../language/text';
import { knownCountsBytes } from '../rate-limit/rate-limit';

/** A request that waits takes so much beside its buffers (measured on 2.6: 3,000 at once). */
const restKiB = 8;
/** Counts of known callers that are in the memory which is not asked for: some 80,000. */
const knownCountsMiB = 32;

const least = 1000;
/** Each takes two files, and the gateway has 50,000 (`fd-hard-limit`). */
const most = 20_000;

/**
 * Connections from clients that a worker takes at once, from 1,000 to 20,000; undefined without a bound on memory.
 *
 * @param bufferBytes while bytes are on their way in both directions, each has a buffer
 * @example 808 MiB at 8 + 2 * 16 KiB each: 20,684, so 20,000
 */
export function mostConnections(model: GatewayModel, bufferBytes: number): number | undefined {
  if (model.connectionsMiB === undefined) return undefined;
  const countsKiB = Math.max(0, knownCountsBytes(model) / 1024 - knownCountsMiB * 1024);
  const holds = Math.floor((model.connectionsMiB * 1024 - countsKiB) / (restKiB + (2 * bufferBytes) / 1024));
  return Math.min(most, Math.max(least, holds));
}

/** A host that allows fewer files has fewer connections, and a gateway all the same. */
export function connectionLines(model: GatewayModel, bufferBytes: number): Text[] {
  const count = mostConnections(model, bufferBytes);
  return count === undefined ? [] : [line`maxconn ${count}`, line`no strict-limits`];
}
