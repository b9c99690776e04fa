import type { Construct } from 'constructs';
import { ApiStage, GatewayStage, LoadBalancedStage } from '../../constructs/cdktf/stages';
import { EnvironmentStack, type EnvironmentStackProps } from './environment-stack';
import { outputs } from './outputs';

/**
 * Id of the stage in its stack. cdktf leaves `Default` out of Terraform addresses, so they begin with the noun:
 * `aws_ecs_service.orders_fargate_service_…`.
 */
const STAGE = 'Default';

/** An environment at stage `api`. */
export class ApiStack extends EnvironmentStack {
  readonly stage: ApiStage;

  constructor(scope: Construct, props: EnvironmentStackProps) {
    super(scope, props);
    this.stage = new ApiStage(this, STAGE, props);
    outputs(this, this.stage);
  }
}

/** An environment at stage `load-balanced`. */
export class LoadBalancedStack extends EnvironmentStack {
  readonly stage: LoadBalancedStage;

  constructor(scope: Construct, props: EnvironmentStackProps) {
    super(scope, props);
    this.stage = new LoadBalancedStage(this, STAGE, props);
    outputs(this, this.stage);
  }
}

/** An environment at stage `gateway`. */
export class GatewayStack extends EnvironmentStack {
  readonly stage: GatewayStage;

  constructor(scope: Construct, props: EnvironmentStackProps) {
    super(scope, props);
    this.stage = new GatewayStage(this, STAGE, props);
    outputs(this, this.stage);
  }
}

/** The stack class of each stage. */
export const stackOf = { api: ApiStack, 'load-balanced': LoadBalancedStack, gateway: GatewayStack } as const;
