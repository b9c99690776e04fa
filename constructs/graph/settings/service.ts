import type { Value } from '../value';

export interface ServiceResources {
  readonly 'discovery-service': {
    readonly name: string;
    readonly namespaceId: Value;
    readonly recordType: 'A';
    readonly ttlSeconds: number;
    readonly routingPolicy: 'MULTIVALUE';
    /** Of the custom health check: ECS tells the health of its tasks; Cloud Map answers with the healthy ones. */
    readonly failureThreshold: 1;
  };
  readonly service: {
    readonly name: string;
    readonly clusterArn: Value;
    readonly taskDefinitionArn: Value;
    readonly launchType: 'FARGATE';
    readonly desiredCount: number;
    readonly minimumHealthyPercent: number;
    readonly maximumPercent: number;
    readonly zoneRebalancing: boolean;
    readonly circuitBreaker: { readonly enable: true; readonly rollback: true };
    readonly subnets: readonly Value[];
    readonly securityGroups: readonly Value[];
    readonly assignPublicIp: boolean;
    readonly registryArn: Value;
    readonly attachment?: {
      readonly targetGroupArn: Value;
      readonly container: string;
      readonly port: number;
      readonly healthCheckGraceSeconds: number;
    };
    readonly propagateTags: 'SERVICE';
    /** A deploy waits as long until the service is steady. */
    readonly waitMinutes: number;
  };
}
