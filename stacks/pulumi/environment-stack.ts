import { Provider } from '@pulumi/aws/provider';
import type * as pulumi from '@pulumi/pulumi';
import type { Blueprint } from '../../constructs/blueprint/blueprint';
import { ApiStage, GatewayStage, LoadBalancedStage } from '../../constructs/pulumi/stages';

const stageOf = { api: ApiStage, 'load-balanced': LoadBalancedStage, gateway: GatewayStage } as const;

/** One environment: its provider with region and tags, and what its stage provisions. */
export class EnvironmentStack {
  readonly provider: Provider;
  readonly stage: ApiStage | LoadBalancedStage | GatewayStage;

  constructor(blueprint: Blueprint) {
    const { environment, region, account, tags } = blueprint;
    this.provider = new Provider('aws', {
      region,
      ...(account && { allowedAccountIds: [account] }),
      defaultTags: { tags },
    });
    this.stage = new stageOf[blueprint.stage](
      environment,
      { blueprint },
      { providers: { aws: this.provider } },
    );
  }

  /** What an operator needs after a deploy: `pulumi stack output`. */
  get outputs(): Record<string, pulumi.Output<unknown>> {
    return this.stage.outputs();
  }
}
