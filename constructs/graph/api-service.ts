import { type FargateServiceInput, type FargateServiceParts, fargateService } from './fargate-service';
import type { NounOf } from './resource';
import { scaling } from './scaling';
import { type Peers, type SecurityGroupLink, securityGroup } from './security-group';
import type { Value } from './value';

export interface ApiServiceInput extends Omit<FargateServiceInput, 'securityGroup'> {
  readonly vpcId: Value;
  /** Ids of the security groups that the service's rules name, such as the load balancer's. */
  readonly peers?: Peers;
}

export interface ApiServiceParts extends Omit<FargateServiceParts, 'noun'> {
  readonly noun: NounOf<'api-service'>;
  readonly securityGroup: SecurityGroupLink;
}

/** An API's pool: a Fargate service with its security group, roles, log group, Cloud Map name and autoscaling. */
export function apiService(id: string, input: ApiServiceInput): ApiServiceParts {
  const { service, vpcId, peers, clusterArn } = input;
  const group = securityGroup('SecurityGroup', service.securityGroup, vpcId, peers);
  const fargate = fargateService('Default', { ...input, securityGroup: group.link }, []);
  return {
    noun: {
      noun: 'api-service',
      id,
      settings: service,
      resources: service.scaling ? scaling(service.scaling, clusterArn, fargate.service) : [],
      nouns: [group.noun, fargate.noun],
      waits: [],
      transform: ['service'],
    },
    service: fargate.service,
    securityGroup: group.link,
  };
}
