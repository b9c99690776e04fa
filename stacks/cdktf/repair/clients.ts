/** The APIs that tell whether a resource exists. Loaded by a repair alone. */
import { ACMClient } from '@aws-sdk/client-acm';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider';
import { EC2Client } from '@aws-sdk/client-ec2';
import { ECSClient } from '@aws-sdk/client-ecs';
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { IAMClient } from '@aws-sdk/client-iam';
import { Route53Client } from '@aws-sdk/client-route-53';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { ServiceDiscoveryClient } from '@aws-sdk/client-servicediscovery';
import type { AwsAccess } from '../../aws-access';

export function repairClients(access: AwsAccess) {
  return {
    acm: new ACMClient(access),
    cloudMap: new ServiceDiscoveryClient(access),
    cognito: new CognitoIdentityProviderClient(access),
    ec2: new EC2Client(access),
    ecs: new ECSClient(access),
    elb: new ElasticLoadBalancingV2Client(access),
    iam: new IAMClient(access),
    logs: new CloudWatchLogsClient(access),
    route53: new Route53Client(access),
    secrets: new SecretsManagerClient(access),
  };
}

export type RepairClients = ReturnType<typeof repairClients>;
