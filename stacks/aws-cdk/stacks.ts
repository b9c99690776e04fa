import type { Construct } from 'constructs';
import { ApiStage, GatewayStage, LoadBalancedStage } from '../../constructs/aws-cdk/stages';
import { EnvironmentStack, type EnvironmentStackProps } from './environment-stack';
import { apiOutputs, gatewayOutputs, loadBalancerOutputs } from './outputs';

/** Id of the stage in its stack. CDK leaves `Default` out of logical ids, so they begin with the noun. */
const STAGE = 'Default';

/** An environment at stage `api`. */
export class ApiStack extends EnvironmentStack {
  readonly stage: ApiStage;

  constructor(scope: Construct, props: EnvironmentStackProps) {
    super(scope, props);
    this.stage = new ApiStage(this, STAGE, props);
    apiOutputs(this, this.stage);
  }
}

/** An environment at stage `load-balanced`. */
export class LoadBalancedStack extends EnvironmentStack {
  readonly stage: LoadBalancedStage;

  constructor(scope: Construct, props: EnvironmentStackProps) {
    super(scope, props);
    this.stage = new LoadBalancedStage(this, STAGE, props);
    apiOutputs(this, this.stage);
    loadBalancerOutputs(this, this.stage, props.blueprint);
  }
}

/** An environment at stage `gateway`. */
export class GatewayStack extends EnvironmentStack {
  readonly stage: GatewayStage;

  constructor(scope: Construct, props: EnvironmentStackProps) {
    super(scope, props);
    this.stage = new GatewayStage(this, STAGE, props);
    apiOutputs(this, this.stage);
    loadBalancerOutputs(this, this.stage, props.blueprint);
    gatewayOutputs(this, this.stage);
  }
}

/** The stack class of each stage. */
export const stackOf = { api: ApiStack, 'load-balanced': LoadBalancedStack, gateway: GatewayStack } as const;
