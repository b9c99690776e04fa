/**
 * Who waits for whom when an environment changes, so that a stage changes under traffic and no request fails.
 *
 * Within a construct: target group -> attach rule -> service (until it is steady). Between constructs, here:
 * - a traffic rule waits for the services it leads to, and their autoscaling;
 * - a service that is in no target group waits for its API's traffic rule: it lets go of its target group only
 *   after the rule leads elsewhere;
 * - a gateway waits for the rules that let it into the APIs' pools, so these come before it. What is no longer used,
 *   CloudFormation removes after everything else has changed;
 * - a gateway waits for the services of new versions (canaries), so it never leads to one that does not serve.
 *
 * No service waits for a rule that leads to it, so there is no circle.
 */
import type * as elbv2 from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type { IConstruct, IDependable } from 'constructs';
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
export function orderTraffic({ loadBalancer, apis, gateways, canaries = [] }: Traffic): void {
  const services = [...apis.map((api) => api.fargate), ...gateways];
  for (const settings of loadBalancer.settings.trafficRules) {
    const rule = loadBalancer.trafficRules[settings.id] as elbv2.ApplicationListenerRule;
    const leadsTo = new Set(settings.forward.map((forward) => forward.targetGroup));
    for (const { settings: service, service: resource } of services) {
      const { attachment } = service;
      if (attachment !== undefined && leadsTo.has(attachment.targetGroup)) letWait(rule, resource);
      if (attachment === undefined && service.id === settings.api) letWait(resource, rule);
    }
  }
  const poolAccess = apis.flatMap((api) => api.securityGroup.access);
  const newVersions = apis
    .map(({ fargate }) => fargate)
    .filter(({ settings }) => canaries.includes(settings.id));
  for (const gateway of gateways) {
    letWait(gateway.service, ...poolAccess, ...newVersions.map(({ service }) => service));
  }
}
