import type { Resource } from '../graph/resource';
import { data } from './data';
import { loadBalancer } from './load-balancer';
import { network } from './network';
import type { TerraformResource } from './resource';
import { securityGroup } from './security-group';
import { service } from './service';
import type { Translated, Translations } from './translation';

const translations: Translations = { ...network, ...securityGroup, ...loadBalancer, ...service, ...data };

/** A resource of the graph -> the provider's resources, the one that others refer to first. */
export function translate(resource: Resource): TerraformResource[] {
  const translated = translations[resource.type] as (one: Resource, self: Resource) => readonly Translated[];
  const { id, lifetime, transform } = resource;
  return translated(resource, resource).map((one) => ({
    id,
    ...(one.id === undefined && { transform, lifecycle: lifetime }),
    ...one,
  }));
}
