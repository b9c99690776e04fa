import type { Blueprint } from '../blueprint/blueprint';
import { type NounOf, resource } from './resource';
import { ref, type Value } from './value';

/**
 * The ECS cluster that the services run in.
 * @param vpcId where they run, for engines that ask for it
 */
export function cluster(
  settings: Blueprint['cluster'],
  vpcId?: Value,
): { readonly noun: NounOf<'cluster'>; readonly arn: Value } {
  const { id, name } = settings;
  const made = resource('cluster', 'Cluster', { name, vpcId }, { transform: 'cluster' });
  return {
    noun: { noun: 'cluster', id, settings, resources: [made], nouns: [], waits: [], transform: ['cluster'] },
    arn: ref(made, 'arn'),
  };
}

/** The Cloud Map namespace: names of services, seen from inside the VPC alone. */
export function namespace(
  settings: Blueprint['namespace'],
  vpcId: Value,
): { readonly noun: NounOf<'namespace'>; readonly id: Value } {
  const { id, ...about } = settings;
  const made = resource('namespace', 'Namespace', { ...about, vpcId }, { transform: 'namespace' });
  return {
    noun: {
      noun: 'namespace',
      id,
      settings,
      resources: [made],
      nouns: [],
      waits: [],
      transform: ['namespace'],
    },
    id: ref(made, 'id'),
  };
}
