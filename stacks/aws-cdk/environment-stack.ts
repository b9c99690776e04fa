import { Stack, Tags } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { acceptInStack, JOINED } from '../../constructs/aws-cdk/suppressions';
import type { Blueprint } from '../../constructs/blueprint/blueprint';

/** CloudFormation has had tags for these only of late, and checkers with older schemas take them for a mistake. */
const WITHOUT_TAGS = [
  'AWS::ApplicationAutoScaling::ScalableTarget',
  'AWS::ElasticLoadBalancingV2::Listener',
  'AWS::ElasticLoadBalancingV2::ListenerRule',
];

export interface EnvironmentStackProps {
  readonly blueprint: Blueprint;
  /**
   * AWS account to deploy into, where the environment names none.
   * @default the one of the credentials that deploy
   */
  readonly account?: string;
}

/** One environment: its region, its tags, and what its stage provisions. Named as the environment. */
export abstract class EnvironmentStack extends Stack {
  readonly blueprint: Blueprint;

  constructor(scope: Construct, { blueprint, account }: EnvironmentStackProps) {
    super(scope, blueprint.environment, {
      env: { region: blueprint.region, account: blueprint.account ?? account },
      // What people have goes with the stack, and with nothing else: with `deletionProtection` the stack stays.
      terminationProtection: blueprint.data.deletionProtection,
      description: `Environment ${blueprint.environment}, provisioned by Stagecraft.`,
    });
    this.blueprint = blueprint;
    for (const [key, value] of Object.entries(blueprint.tags)) {
      Tags.of(this).add(key, value, { excludeResourceTypes: WITHOUT_TAGS });
    }
    acceptInStack(this, JOINED);
  }
}
