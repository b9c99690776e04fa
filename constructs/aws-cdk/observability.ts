import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as logs from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type * as blueprint from '../blueprint/blueprint';
import { type LogGroupLink, logGroup } from '../graph/observability';
import { Part } from '../graph/part';
import type { Transform } from '../graph/transform';
import { outside } from '../graph/value';
import { logGroupArn } from './builders/data';
import { PartConstruct } from './part-construct';

export interface LogGroupTransform {
  readonly group?: Transform<logs.LogGroupProps>;
  /** Settings of each metric filter. */
  readonly metricFilter?: Transform<logs.MetricFilterProps>;
}

export interface LogGroupProps {
  readonly logGroup: blueprint.LogGroup;
  readonly transform?: LogGroupTransform;
}

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
export class LogGroup extends PartConstruct<'log-group'> {
  static readonly nouns = {};

  constructor(scope: Construct, id: string, props: LogGroupProps | Part<'log-group'>) {
    super(
      scope,
      id,
      props instanceof Part ? props : new Part(logGroup(id, props.logGroup).noun, props.transform),
    );
  }

  get group(): logs.LogGroup {
    return this.child('Group');
  }

  /** By the filter's id. */
  get metricFilters(): Readonly<Record<string, logs.MetricFilter>> {
    const { metricFilters = [] } = this.settings;
    return this.each(metricFilters);
  }

  /** Without the `:*` that CloudFormation's own attribute has at its end. */
  get arn(): string {
    return logGroupArn(this.group);
  }

  /** What a graph needs of it. */
  get link(): LogGroupLink {
    return { arn: outside(this.arn), name: outside(this.group) };
  }
}
