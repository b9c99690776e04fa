import { ArnFormat, RemovalPolicy, SecretValue, Stack } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { accept } from '../suppressions';
import type { Builders } from './builder';

const units = { Count: cloudwatch.Unit.COUNT, Milliseconds: cloudwatch.Unit.MILLISECONDS } as const;

/** CDK's words for CloudFormation's. */
export const removalPolicies = { Delete: RemovalPolicy.DESTROY } as const;

/** Without the `:*` that CloudFormation's own attribute has at its end. */
export const logGroupArn = (group: logs.ILogGroup): string =>
  Stack.of(group).formatArn({
    service: 'logs',
    resource: 'log-group',
    resourceName: group.logGroupName,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });

export const data: Pick<Builders, 'log-group' | 'metric-filter' | 'secret'> = {
  'log-group': ({ scope, name, settings, transformed }) => {
    const group = new logs.LogGroup(
      scope,
      name,
      transformed({
        logGroupName: settings.name,
        retention: settings.retentionDays,
        removalPolicy: removalPolicies[settings.deletionPolicy],
      }),
    );
    return { named: group, texts: { arn: logGroupArn(group) } };
  },
  'metric-filter': ({ scope, name, settings, values, transformed }) => {
    const { pattern, metric, logGroupName } = settings;
    const filter = new logs.MetricFilter(
      scope,
      name,
      transformed({
        logGroup: values.of('log-group', logGroupName),
        filterName: settings.name,
        filterPattern: logs.FilterPattern.literal(pattern),
        metricNamespace: metric.namespace,
        metricName: metric.name,
        metricValue: metric.value,
        unit: units[metric.unit],
        dimensions: { ...metric.dimensions },
      }),
    );
    return { named: filter };
  },
  // CloudFormation writes the text once, and has no labels of versions: the first version is not labelled.
  secret: ({ scope, name, settings, transformed }) => {
    const secret = new secretsmanager.Secret(
      scope,
      name,
      transformed({
        secretName: settings.name,
        description: settings.description,
        secretStringValue: SecretValue.unsafePlainText(settings.initialText),
        removalPolicy: removalPolicies[settings.deletionPolicy],
      }),
    );
    accept(secret, {
      rule: 'AwsSolutions-SMG4',
      reason:
        'It holds hashes of keys that consumers have: only they can change theirs, and no rotation can.',
    });
    return { named: secret, texts: { arn: secret.secretArn } };
  },
};
