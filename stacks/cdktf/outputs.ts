import { TerraformOutput, type TerraformStack } from 'cdktf';
import type { ApiStage, GatewayStage, LoadBalancedStage } from '../../constructs/cdktf/stages';
import { environmentOutputs } from '../../constructs/graph/outputs';

/** What an operator needs after a deploy: `npx cdktf output <environment>`. */
export function outputs(stack: TerraformStack, stage: ApiStage | LoadBalancedStage | GatewayStage): void {
  for (const { name, description, value } of environmentOutputs(stage.noun)) {
    new TerraformOutput(stack, name, { description, value: stage.engineValue(value) });
  }
}
