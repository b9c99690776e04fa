/** Who waits for whom, in Terraform's terms: what `blueprint/order.ts` decides becomes `depends_on`. */
import { dependable, type ITerraformDependable, type TerraformResource } from 'cdktf';
import { trafficOrder, type Wait, type Waiting } from '../blueprint/order';
import type { ApiService } from './api-service';
import type { FargateService } from './fargate-service';
import type { LoadBalancer } from './load-balancer';

/** Makes a resource wait for others, beside those that it waits for already. */
export function letWait(waiting: TerraformResource, ...on: readonly ITerraformDependable[]): void {
  waiting.dependsOn = [...new Set([...(waiting.dependsOn ?? []), ...on.map(dependable)])];
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
  const resource = ({ kind, id }: Waiting) =>
    (kind === 'service' ? services.get(id) : loadBalancer.trafficRules[id]) as TerraformResource;
  const before = (on: Wait['on']): readonly ITerraformDependable[] =>
    on.kind === 'pool-access' ? (access.get(on.id) ?? []) : [resource(on)];
  const order = trafficOrder({
    trafficRules: loadBalancer.settings.trafficRules,
    apis: pools.map(({ settings }) => settings),
    gateways: gateways.map(({ settings }) => settings),
    canaries,
  });
  for (const { waiting, on } of order) letWait(resource(waiting), ...before(on));
}
