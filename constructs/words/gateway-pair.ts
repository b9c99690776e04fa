/** A pair of gateways, told in the environment file's words, behind a listener and in front of pools that exist. */

import { resolve } from '../blueprint/resolve';
import type { EnvironmentInput } from '../blueprint/schema';
import { gatewaysAlone } from '../graph/gateways-alone';
import type { NetworkPlaces } from '../graph/network';
import type { NounOf } from '../graph/resource';
import { type Problem, Problems } from '../problems';
import { type Listener, meant } from './environment';
import { type Words, withValues } from './later';

/** An API whose instances are run elsewhere. */
export type PoolInput = Extract<EnvironmentInput['apis'][string], { readonly at: unknown }>;

/** What is said of a pair of gateways beside where it stands. */
export interface GatewayPairWords
  extends Pick<
    EnvironmentInput,
    | 'name'
    | 'consumers'
    | 'gateway'
    | 'domain'
    | 'logRetentionDays'
    | 'deletionProtection'
    | 'deregistrationDelaySeconds'
    | 'operatorCidrs'
  > {
  /** The APIs by name, each with the place of its instances. */
  readonly apis: Readonly<Record<string, PoolInput>>;
}

const POOL_OF_ITS_OWN = (name: string, at: string): Problem => ({
  code: 'POOL_OF_ITS_OWN',
  path: ['apis', name, 'image'],
  file: at,
  message: 'A pair of gateways runs no instances of APIs.',
  allowed: '`at`: host name and port of instances that are run elsewhere',
  fix: 'Name them with `at`, or take `GatewayStage`, which runs them too.',
});

/**
 * @param network where it stands, where an engine has more than ids of it
 * @throws Problems all that is wrong with the words
 */
export function gatewayPairPart(
  id: string,
  words: Words,
  told: Listener,
  network?: NetworkPlaces,
): NounOf<'gateway-pair'> {
  const { environment, later } = meant(words, 'gateway', told, ['network', 'cluster', 'listener']);
  const own = Object.entries(environment.apis).filter(([, api]) => 'image' in api);
  if (own.length > 0) throw new Problems(own.map(([name]) => POOL_OF_ITS_OWN(name, told.at)));
  return withValues(gatewaysAlone(id, resolve(environment), network), later);
}
