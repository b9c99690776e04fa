import type { Value } from '../value';

export interface ClusterResources {
  readonly cluster: {
    readonly name: string;
    /** Where its services run. AWS has it from the services; some engines ask for it. */
    readonly vpcId?: Value;
  };
  /** Private: names of services, seen from inside the VPC alone. */
  readonly namespace: {
    readonly name: string;
    readonly description: string;
    readonly vpcId: Value;
    /** TTL of the SOA record: how long a resolver may keep that a name does not exist. */
    readonly negativeTtlSeconds: number;
  };
}
