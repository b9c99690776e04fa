import type { Container } from '../../../constructs/blueprint/blueprint';
import { logDelivery } from '../../../constructs/blueprint/fargate';
import { type ContainerSurroundings, containerSettings } from '../../../constructs/graph/task-definition';
import { containerDefinition } from '../../../constructs/terraform/service';

interface Surroundings extends ContainerSurroundings {
  readonly region: string;
  readonly logGroupName: string;
  readonly logStreamPrefix: string;
}

/** The text of a task definition's containers, as it goes to ECS. */
export function containerDefinitions(
  containers: readonly Container[],
  { region, logGroupName, logStreamPrefix, ...surroundings }: Surroundings,
): string {
  const log = { region, groupName: logGroupName, streamPrefix: logStreamPrefix, ...logDelivery };
  return JSON.stringify(
    containers.map((one) => containerDefinition(containerSettings(one, surroundings), log)),
  );
}
