import {
  CloudwatchLogGroup,
  type CloudwatchLogGroupConfig,
} from '@cdktf/provider-aws/lib/cloudwatch-log-group';
import { Construct } from 'constructs';
import type * as blueprint from '../blueprint/blueprint';
import { literal } from './literal';
import { type Transform, transformed } from './transform';

export interface LogGroupTransform {
  readonly group?: Transform<CloudwatchLogGroupConfig>;
}

export interface LogGroupProps {
  readonly logGroup: blueprint.LogGroup;
  readonly transform?: LogGroupTransform;
}

/** Where a service's log lines go, and how long they are kept. */
export class LogGroup extends Construct {
  readonly group: CloudwatchLogGroup;

  constructor(scope: Construct, id: string, props: LogGroupProps) {
    super(scope, id);
    const { name, retentionDays } = literal(props.logGroup);
    this.group = new CloudwatchLogGroup(
      this,
      'Group',
      transformed({ name, retentionInDays: retentionDays }, props.transform?.group),
    );
  }

  get arn(): string {
    return this.group.arn;
  }

  get logGroupName(): string {
    return this.group.name;
  }
}
