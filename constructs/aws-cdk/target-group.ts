import { Duration } from 'aws-cdk-lib';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as elbv2 from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { Construct, type IDependable } from 'constructs';
import type * as blueprint from '../blueprint/blueprint';
import { ruleSettings } from './listener-rule';
import { type Transform, transformed } from './transform';

/** A target group that a service may be put into. */
export interface ITargetGroup {
  readonly targetGroup: elbv2.IApplicationTargetGroup;
  /** What puts the target group behind a load balancer: a service in it must wait for these. */
  readonly attached: readonly IDependable[];
}

export interface TargetGroupTransform {
  readonly targetGroup?: Transform<elbv2.ApplicationTargetGroupProps>;
  readonly attachRule?: Transform<elbv2.ApplicationListenerRuleProps>;
}

export interface TargetGroupProps {
  readonly targetGroup: blueprint.TargetGroup;
  /** The rule that puts the group behind the listener before any traffic comes to it. */
  readonly attachRule: blueprint.ListenerRule;
  readonly listener: elbv2.IApplicationListener;
  readonly vpc: ec2.IVpc;
  readonly transform?: TargetGroupTransform;
}

/**
 * A target group, and the rule that puts it behind a listener.
 *
 * ECS refuses a service whose target group has no load balancer, and traffic must not meet an empty group:
 * so the attach rule comes first, then the service, then the rule that brings traffic.
 */
export class TargetGroup extends Construct implements ITargetGroup {
  readonly targetGroup: elbv2.ApplicationTargetGroup;
  readonly attachRule: elbv2.ApplicationListenerRule;

  constructor(scope: Construct, id: string, props: TargetGroupProps) {
    super(scope, id);
    const { name, port, deregistrationDelaySeconds, healthCheck } = props.targetGroup;
    this.targetGroup = new elbv2.ApplicationTargetGroup(
      this,
      'TargetGroup',
      transformed(
        {
          targetGroupName: name,
          port,
          protocol: elbv2.ApplicationProtocol.HTTP,
          targetType: elbv2.TargetType.IP,
          vpc: props.vpc,
          deregistrationDelay: Duration.seconds(deregistrationDelaySeconds),
          healthCheck: {
            protocol: elbv2.Protocol.HTTP,
            port: String(healthCheck.port),
            path: healthCheck.path,
            healthyHttpCodes: healthCheck.matcher,
            interval: Duration.seconds(healthCheck.intervalSeconds),
            timeout: Duration.seconds(healthCheck.timeoutSeconds),
            healthyThresholdCount: healthCheck.healthyThreshold,
            unhealthyThresholdCount: healthCheck.unhealthyThreshold,
          },
        },
        props.transform?.targetGroup,
      ),
    );
    this.attachRule = new elbv2.ApplicationListenerRule(
      this,
      'AttachRule',
      transformed(
        ruleSettings(props.attachRule, props.listener, () => this.targetGroup),
        props.transform?.attachRule,
      ),
    );
  }

  get attached(): IDependable[] {
    return [this.attachRule];
  }
}
