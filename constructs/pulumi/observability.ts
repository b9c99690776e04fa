import {
  LogGroup as CloudwatchLogGroup,
  type LogGroupArgs as CloudwatchLogGroupArgs,
} from '@pulumi/aws/cloudwatch/logGroup';
import {
  LogMetricFilter as CloudwatchLogMetricFilter,
  type LogMetricFilterArgs as CloudwatchLogMetricFilterArgs,
} from '@pulumi/aws/cloudwatch/logMetricFilter';
import type * as pulumi from '@pulumi/pulumi';
import type * as blueprint from '../blueprint/blueprint';
import { type LogGroupLink, logGroup } from '../graph/observability';
import { Part } from '../graph/part';
import type { Transform } from '../graph/transform';
import { outside } from '../graph/value';
import { PartComponent } from './part-component';

export interface LogGroupTransform {
  readonly group?: Transform<CloudwatchLogGroupArgs>;
  /** Settings of each metric filter. */
  readonly metricFilter?: Transform<CloudwatchLogMetricFilterArgs>;
}

export interface LogGroupArgs {
  readonly logGroup: blueprint.LogGroup;
  /** Whether Pulumi refuses to destroy it (`protect`). @default false */
  readonly deletionProtection?: boolean;
  readonly transform?: LogGroupTransform;
}

/** Where a service's log lines go, how long they are kept, and which numbers CloudWatch makes of them. */
export class LogGroup extends PartComponent<'log-group'> {
  static readonly resources = {
    aws_cloudwatch_log_group: CloudwatchLogGroup,
    aws_cloudwatch_log_metric_filter: CloudwatchLogMetricFilter,
  };
  static readonly nouns = {};

  constructor(
    name: string,
    args: LogGroupArgs | Part<'log-group'>,
    options?: pulumi.ComponentResourceOptions,
  ) {
    super('LogGroup', name, args instanceof Part ? args : LogGroup.#part(name, args), options);
  }

  static #part(name: string, { logGroup: settings, deletionProtection, transform }: LogGroupArgs) {
    return new Part(logGroup(name, settings, { deletionProtection }).noun, transform);
  }

  get group(): CloudwatchLogGroup {
    return this.child('Group');
  }

  /** By the filter's id. */
  get metricFilters(): Readonly<Record<string, CloudwatchLogMetricFilter>> {
    const { metricFilters = [] } = this.settings;
    return this.each(metricFilters);
  }

  get arn(): pulumi.Output<string> {
    return this.group.arn;
  }

  get logGroupName(): pulumi.Output<string> {
    return this.group.name;
  }

  override outputs(): pulumi.Inputs {
    return { arn: this.arn, logGroupName: this.logGroupName };
  }

  /** What a graph needs of it. */
  get link(): LogGroupLink {
    return { arn: outside(this.arn), name: outside(this.logGroupName) };
  }
}
