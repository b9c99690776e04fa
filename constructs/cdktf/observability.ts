import {
  CloudwatchLogGroup,
  type CloudwatchLogGroupConfig,
} from '@cdktf/provider-aws/lib/cloudwatch-log-group';
import {
  CloudwatchLogMetricFilter,
  type CloudwatchLogMetricFilterConfig,
} from '@cdktf/provider-aws/lib/cloudwatch-log-metric-filter';
import { Construct } from 'constructs';
import type * as blueprint from '../blueprint/blueprint';
import { kept } from './lifecycle';
import { literal } from './literal';
import { type Transform, transformed } from './transform';

export interface LogGroupTransform {
  readonly group?: Transform<CloudwatchLogGroupConfig>;
  /** Settings of each metric filter. */
  readonly metricFilter?: Transform<CloudwatchLogMetricFilterConfig>;
}

export interface LogGroupProps {
  readonly logGroup: blueprint.LogGroup;
  /** Whether Terraform refuses to destroy it. @default false */
  readonly deletionProtection?: boolean;
  readonly transform?: LogGroupTransform;
}

/** Where a service's log lines go, how long they are kept, and which numbers CloudWatch makes of them. */
export class LogGroup extends Construct {
  readonly group: CloudwatchLogGroup;
  /** By the filter's id. */
  readonly metricFilters: Readonly<Record<string, CloudwatchLogMetricFilter>>;

  constructor(scope: Construct, id: string, props: LogGroupProps) {
    super(scope, id);
    const { name, retentionDays, metricFilters = [] } = literal(props.logGroup);
    this.group = new CloudwatchLogGroup(
      this,
      'Group',
      transformed(
        {
          name,
          retentionInDays: retentionDays,
          ...(props.deletionProtection && { lifecycle: kept(true) }),
        },
        props.transform?.group,
      ),
    );
    this.metricFilters = Object.fromEntries(
      metricFilters.map((filter) => [filter.id, this.#metricFilter(filter, props.transform)]),
    );
  }

  #metricFilter(
    { id, name, pattern, metric }: blueprint.MetricFilter,
    transform: LogGroupTransform | undefined,
  ): CloudwatchLogMetricFilter {
    return new CloudwatchLogMetricFilter(
      this,
      id,
      transformed(
        {
          name,
          pattern,
          logGroupName: this.group.name,
          metricTransformation: {
            namespace: metric.namespace,
            name: metric.name,
            value: metric.value,
            unit: metric.unit,
            dimensions: { ...metric.dimensions },
          },
        },
        transform?.metricFilter,
      ),
    );
  }

  get arn(): string {
    return this.group.arn;
  }

  get logGroupName(): string {
    return this.group.name;
  }
}
