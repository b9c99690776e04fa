/**
 * Who waits for whom, in CloudFormation's terms: what `blueprint/order.ts` decides becomes `DependsOn`. A wait for a
 * service is one for its autoscaling too. What is no longer used, CloudFormation removes after everything else.
 */
import type { IConstruct, IDependable } from 'constructs';
import { trafficOrder, type Wait, type Waiting } from '../blueprint/order';
import type { ApiService } from './api-service';
import type { FargateService } from './fargate-service';
import type { LoadBalancer } from './load-balancer';
import { resourceOf } from './suppressions';

/** Makes the resource of a construct wait for others, beside those that it waits for already. */
export function letWait(waiting: IConstruct, ...on: readonly IDependable[]): void {
  resourceOf(waiting).node.addDependency(...on);
}

export interface Traffic {
  readonly loadBalancer: LoadBalancer;
  readonly apis: readonly ApiService[];
  readonly gateways: readonly FargateService[];
  /** Ids of services among `apis` that each gateway waits for. @default none */
  readonly canaries?: readonly string[];
}

/** Puts the services, the gateways and the traffic rules of one environment in order. */
export function orderTraffic({ loadBalancer, apis, gateways, canaries }: Traffic): void {
  const pools = apis.map((api) => api.fargate);
  const services = new Map([...pools, ...gateways].map((one) => [one.settings.id, one.service]));
  const access = new Map(
    apis.map(({ fargate, securityGroup }) => [fargate.settings.id, securityGroup.access]),
  );
  const construct = ({ kind, id }: Waiting) =>
    (kind === 'service' ? services.get(id) : loadBalancer.trafficRules[id]) as IConstruct;
  const before = (on: Wait['on']): readonly IDependable[] =>
    on.kind === 'pool-access' ? (access.get(on.id) ?? []) : [construct(on)];
  const order = trafficOrder({
    trafficRules: loadBalancer.settings.trafficRules,
    apis: pools.map(({ settings }) => settings),
    gateways: gateways.map(({ settings }) => settings),
    canaries,
  });
  for (const { waiting, on } of order) letWait(construct(waiting), ...before(on));
}
