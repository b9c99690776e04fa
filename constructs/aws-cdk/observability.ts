import { ArnFormat, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type * as blueprint from '../blueprint/blueprint';
import { type Transform, transformed } from './transform';

export interface LogGroupTransform {
  readonly group?: Transform<logs.LogGroupProps>;
  /** Settings of each metric filter. */
  readonly metricFilter?: Transform<logs.MetricFilterProps>;
}

export interface LogGroupProps {
  readonly logGroup: blueprint.LogGroup;
  readonly transform?: LogGroupTransform;
}

const units = { Count: cloudwatch.Unit.COUNT, Milliseconds: cloudwatch.Unit.MILLISECONDS } as const;

/** What a metric is of: `{ Api: 'orders' }`, or `{ Api: 'orders', Consumer: 'acme' }`. */
export type MetricDimensions = Readonly<Record<string, string>>;

/**
 * The CloudWatch metric that a log group's filters make, with the dimensions that they write: a metric without them
 * would never have a value.
 * @throws Error that names the metrics there are, when there is none of that name and dimensions
 */
export function loggedMetric(
  { metricFilters = [] }: blueprint.LogGroup,
  name: string,
  dimensions: MetricDimensions,
  options?: cloudwatch.MetricOptions,
): cloudwatch.Metric {
  const signature = (metricName: string, of: object) =>
    `${metricName} {${Object.keys(of).toSorted().join(', ')}}`;
  const wanted = signature(name, dimensions);
  const metrics = metricFilters.map(({ metric }) => metric);
  const found = metrics.find((metric) => signature(metric.name, metric.dimensions) === wanted);
  if (found === undefined) {
    const known = metrics.map((metric) => signature(metric.name, metric.dimensions)).join(', ') || 'none';
    throw new Error(`There is no metric ${wanted}. There are: ${known}.`);
  }
  return new cloudwatch.Metric({
    namespace: found.namespace,
    metricName: found.name,
    dimensionsMap: { ...dimensions },
    statistic: found.unit === 'Count' ? cloudwatch.Stats.SUM : cloudwatch.Stats.percentile(95),
    ...options,
  });
}

/** Where a service's log lines go, how long they are kept, and which numbers CloudWatch makes of them. */
export class LogGroup extends Construct {
  readonly group: logs.LogGroup;
  /** By the filter's id. */
  readonly metricFilters: Readonly<Record<string, logs.MetricFilter>>;

  constructor(scope: Construct, id: string, { logGroup, transform }: LogGroupProps) {
    super(scope, id);
    const { name, retentionDays, metricFilters = [] } = logGroup;
    this.group = new logs.LogGroup(
      this,
      'Group',
      transformed(
        {
          logGroupName: name,
          retention: retentionDays,
          // A group that stays behind keeps its name, and whoever takes the environment away could not deploy it again.
          removalPolicy: RemovalPolicy.DESTROY,
        },
        transform?.group,
      ),
    );
    this.metricFilters = Object.fromEntries(
      metricFilters.map((filter) => [filter.id, this.#metricFilter(filter, transform)]),
    );
  }

  /** Without the `:*` that CloudFormation's own attribute has at its end. */
  get arn(): string {
    return Stack.of(this).formatArn({
      service: 'logs',
      resource: 'log-group',
      resourceName: this.group.logGroupName,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
  }

  #metricFilter(
    { id, name, pattern, metric }: blueprint.MetricFilter,
    transform: LogGroupTransform | undefined,
  ): logs.MetricFilter {
    return new logs.MetricFilter(
      this,
      id,
      transformed(
        {
          logGroup: this.group,
          filterName: name,
          filterPattern: logs.FilterPattern.literal(pattern),
          metricNamespace: metric.namespace,
          metricName: metric.name,
          metricValue: metric.value,
          unit: units[metric.unit],
          dimensions: { ...metric.dimensions },
        },
        transform?.metricFilter,
      ),
    );
  }
}
