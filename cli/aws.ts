/** AWS's APIs as the command line calls them: a real account, or the sandbox. */
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider';
import { EC2Client } from '@aws-sdk/client-ec2';
import { ECSClient } from '@aws-sdk/client-ecs';
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { AwsAccess } from '../stacks/aws-access';

export interface AwsClients {
  readonly cognito: CognitoIdentityProviderClient;
  readonly ec2: EC2Client;
  readonly ecs: ECSClient;
  readonly elb: ElasticLoadBalancingV2Client;
  readonly logs: CloudWatchLogsClient;
  readonly secrets: SecretsManagerClient;
}

export function awsClients(access: AwsAccess): AwsClients {
  return {
    cognito: new CognitoIdentityProviderClient(access),
    ec2: new EC2Client(access),
    ecs: new ECSClient(access),
    elb: new ElasticLoadBalancingV2Client(access),
    logs: new CloudWatchLogsClient(access),
    secrets: new SecretsManagerClient(access),
  };
}
