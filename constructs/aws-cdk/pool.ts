/** Instances that gateways lead to: a host name, or a construct that has a name in Cloud Map. */
import { Token } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import type * as servicediscovery from 'aws-cdk-lib/aws-servicediscovery';
import { CfnService } from 'aws-cdk-lib/aws-servicediscovery';
import type { IDependable } from 'constructs';
import type { PoolInput } from '../words/gateway-pair';
import { ApiService } from './api-service';

/** A service whose instances are found by its name in Cloud Map, and the port that they listen on. */
export interface ServicePool {
  /**
   * An `ApiService`, or an ECS service with `cloudMapOptions`: the gateways are let in, and traffic waits for it. Or a Cloud
   * Map service, whose instances have to let them in.
   */
  readonly service: ApiService | ecs.BaseService | servicediscovery.IService;
  readonly port: number;
}

/** An API whose instances are run elsewhere. */
export type PoolProps = Omit<PoolInput, 'at'> & { readonly at: string | ServicePool };

const cloudMapOf = (service: ServicePool['service']): servicediscovery.IService | undefined => {
  if (service instanceof ApiService) return service.fargate.discovery;
  return service instanceof ecs.BaseService ? service.cloudMapService : service;
};

/** Host name and port, in the file's words; what is not known now stays as it is, and is refused by its name. */
function placeOf({ service, port }: ServicePool): string | undefined {
  const found = cloudMapOf(service);
  if (found === undefined) return undefined;
  const made = found.node.defaultChild;
  const name = (made instanceof CfnService ? made.name : undefined) ?? found.serviceName;
  const host = `${name}.${found.namespace.namespaceName}`;
  return Token.isUnresolved(host) ? host : `${host}:${port}`;
}

/** The APIs, in the file's words. */
export const poolWords = (apis: Readonly<Record<string, PoolProps>>) =>
  Object.fromEntries(
    Object.entries(apis).map(([name, api]) => [
      name,
      typeof api?.at === 'object' ? { ...api, at: placeOf(api.at) } : api,
    ]),
  );

/** Lets the gateways into the services whose groups are known. @returns what has to serve before traffic comes */
export function letIn(apis: Readonly<Record<string, PoolProps>>, gateways: ec2.IConnectable): IDependable[] {
  return Object.values(apis).flatMap(({ at }) => {
    if (typeof at === 'string') return [];
    const { service, port } = at;
    if (!(service instanceof ApiService || service instanceof ecs.BaseService)) return [];
    service.connections.allowFrom(gateways, ec2.Port.tcp(port), 'From the gateways');
    return [service];
  });
}
