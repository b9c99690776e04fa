import {
  CloudwatchLogGroup,
  type CloudwatchLogGroupConfig,
} from '@cdktf/provider-aws/lib/cloudwatch-log-group';
import {
  CloudwatchLogMetricFilter,
  type CloudwatchLogMetricFilterConfig,
} from '@cdktf/provider-aws/lib/cloudwatch-log-metric-filter';
import type { Construct } from 'constructs';
import type * as blueprint from '../blueprint/blueprint';
import { type LogGroupLink, logGroup } from '../graph/observability';
import { Part } from '../graph/part';
import type { Transform } from '../graph/transform';
import { outside } from '../graph/value';
import { PartConstruct } from './part-construct';

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
export class LogGroup extends PartConstruct<'log-group'> {
  static readonly resources = {
    aws_cloudwatch_log_group: CloudwatchLogGroup,
    aws_cloudwatch_log_metric_filter: CloudwatchLogMetricFilter,
  };
  static readonly nouns = {};

  constructor(scope: Construct, id: string, props: LogGroupProps | Part<'log-group'>) {
    super(scope, id, props instanceof Part ? props : LogGroup.#part(id, props));
  }

  static #part(id: string, { logGroup: settings, deletionProtection, transform }: LogGroupProps) {
    return new Part(logGroup(id, settings, { deletionProtection }).noun, transform);
  }

  get group(): CloudwatchLogGroup {
    return this.child('Group');
  }

  /** By the filter's id. */
  get metricFilters(): Readonly<Record<string, CloudwatchLogMetricFilter>> {
    const { metricFilters = [] } = this.settings;
    return this.each(metricFilters);
  }

  get arn(): string {
    return this.group.arn;
  }

  get logGroupName(): string {
    return this.group.name;
  }

  /** What a graph needs of it. */
  get link(): LogGroupLink {
    return { arn: outside(this.arn), name: outside(this.logGroupName) };
  }
}
