import { LbListenerRule, type LbListenerRuleConfig } from '@cdktf/provider-aws/lib/lb-listener-rule';
import { LbTargetGroup, type LbTargetGroupConfig } from '@cdktf/provider-aws/lib/lb-target-group';
import type { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import type * as blueprint from '../blueprint/blueprint';
import { ruleSettings } from './listener-rule';
import { literal } from './literal';
import { type Transform, transformed } from './transform';

/** A target group that a service may be put into. */
export interface ITargetGroup {
  readonly arn: string;
  /** What puts the target group behind a load balancer: a service in it must wait for these. */
  readonly attached: ITerraformDependable[];
}

export interface TargetGroupTransform {
  readonly targetGroup?: Transform<LbTargetGroupConfig>;
  readonly attachRule?: Transform<LbListenerRuleConfig>;
}

export interface TargetGroupProps {
  readonly targetGroup: blueprint.TargetGroup;
  /** The rule that puts the group behind the listener before any traffic comes to it. */
  readonly attachRule: blueprint.ListenerRule;
  readonly listenerArn: string;
  readonly vpcId: string;
  readonly transform?: TargetGroupTransform;
}

/**
 * A target group, and the rule that puts it behind a listener.
 *
 * ECS refuses a service whose target group has no load balancer, and traffic must not meet an empty group:
 * so the attach rule comes first, then the service, then the rule that brings traffic.
 */
export class TargetGroup extends Construct implements ITargetGroup {
  readonly targetGroup: LbTargetGroup;
  readonly attachRule: LbListenerRule;

  constructor(scope: Construct, id: string, props: TargetGroupProps) {
    super(scope, id);
    const { name, port, deregistrationDelaySeconds, healthCheck } = literal(props.targetGroup);
    this.targetGroup = new LbTargetGroup(
      this,
      'TargetGroup',
      transformed(
        {
          name,
          port,
          protocol: 'HTTP',
          targetType: 'ip',
          vpcId: props.vpcId,
          deregistrationDelay: String(deregistrationDelaySeconds),
          healthCheck: {
            protocol: 'HTTP',
            port: String(healthCheck.port),
            path: healthCheck.path,
            matcher: healthCheck.matcher,
            interval: healthCheck.intervalSeconds,
            timeout: healthCheck.timeoutSeconds,
            healthyThreshold: healthCheck.healthyThreshold,
            unhealthyThreshold: healthCheck.unhealthyThreshold,
          },
          lifecycle: { createBeforeDestroy: true },
        },
        props.transform?.targetGroup,
      ),
    );
    this.attachRule = new LbListenerRule(
      this,
      'AttachRule',
      transformed(
        ruleSettings(props.attachRule, props.listenerArn, () => this.targetGroup.arn),
        props.transform?.attachRule,
      ),
    );
  }

  get arn(): string {
    return this.targetGroup.arn;
  }

  get attached(): ITerraformDependable[] {
    return [this.attachRule];
  }
}
