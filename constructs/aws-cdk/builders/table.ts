import type { Builders } from './builder';
import { data } from './data';
import { identity } from './identity';
import { loadBalancer } from './load-balancer';
import { network } from './network';
import { role } from './role';
import { securityGroup } from './security-group';
import { service } from './service';

/** What makes the construct of each type of resource. */
export const builders: Builders = {
  ...network,
  ...securityGroup,
  ...loadBalancer,
  ...role,
  ...service,
  ...data,
  ...identity,
};
