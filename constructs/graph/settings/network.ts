import type { Value } from '../value';

/** Tags of a resource that has no name but for its tag. */
export interface NameTag {
  readonly Name: string;
}

export interface NetworkResources {
  readonly vpc: {
    readonly cidrBlock: string;
    readonly enableDnsSupport: boolean;
    readonly enableDnsHostnames: boolean;
    readonly tags: NameTag;
  };
  /** Attached to its VPC. */
  readonly 'internet-gateway': { readonly vpcId: Value; readonly tags: NameTag };
  readonly subnet: {
    readonly vpcId: Value;
    readonly cidrBlock: string;
    readonly availabilityZone: string;
    readonly mapPublicIpOnLaunch: boolean;
    /** That it follows. */
    readonly routeTableId: Value;
    readonly tags: NameTag;
  };
  readonly 'route-table': { readonly vpcId: Value; readonly tags: NameTag };
  readonly route: {
    readonly routeTableId: Value;
    readonly destinationCidrBlock: string;
    /** One of both. */
    readonly gatewayId?: Value;
    readonly natGatewayId?: Value;
  };
  readonly 'subnet-route-table-association': { readonly subnetId: Value; readonly routeTableId: Value };
  readonly 'elastic-ip': { readonly domain: 'vpc'; readonly tags: NameTag };
  readonly 'nat-gateway': { readonly allocationId: Value; readonly subnetId: Value; readonly tags: NameTag };
}
