/**
 * What ECS is told of a task's health. It counts a task as healthy when all its essential containers have passed their
 * checks: so in each task of each engine either all essential containers have one, or none has.
 */
import type { Blueprint } from '../../constructs/blueprint/blueprint';
import { environmentAt, everyEnvironment, synthesized as ofAwsCdk, stages } from './support/aws-cdk-template';
import { synthesized as ofCdktf } from './support/terraform-json';

interface Told {
  readonly name: string;
  readonly essential: boolean;
  readonly checked: boolean;
}

/** The containers of each task definition, by its family. */
type Tasks = Record<string, Told[]>;

const told = (name: unknown, essential: unknown, check: unknown): Told => ({
  name: String(name),
  essential: essential as boolean,
  checked: check !== undefined,
});

const ENGINES: Record<string, (blueprint: Blueprint) => Tasks> = {
  cdktf: (blueprint) =>
    Object.fromEntries(
      Object.values(ofCdktf(blueprint).all('aws_ecs_task_definition')).map((one) => [
        one.family,
        (JSON.parse(one.container_definitions) as Record<string, unknown>[]).map((container) =>
          told(container.name, container.essential, container.healthCheck),
        ),
      ]),
    ),
  'aws-cdk': (blueprint) =>
    Object.fromEntries(
      Object.values(ofAwsCdk(blueprint).all('AWS::ECS::TaskDefinition')).map((one) => [
        one.Family,
        (one.ContainerDefinitions as Record<string, unknown>[]).map((container) =>
          told(container.Name, container.Essential, container.HealthCheck),
        ),
      ]),
    ),
};

describe.each(Object.entries(ENGINES))('with %s', (_, tasksOf) => {
  test.each(everyEnvironment)('at %s, stage %s, no task waits for what nobody checks', (name, stage) => {
    const tasks = tasksOf(environmentAt(name, stage));
    expect(Object.keys(tasks)).not.toEqual([]);
    for (const [family, containers] of Object.entries(tasks)) {
      const essential = containers.filter((one) => one.essential);
      expect([family, essential.length > 0]).toEqual([family, true]);
      expect([family, new Set(essential.map(({ checked }) => checked)).size]).toEqual([family, 1]);
    }
  });

  test.each(stages)('at stage %s the probe alone speaks for an API', (stage) => {
    expect(tasksOf(environmentAt('sandbox', stage))['sandbox-orders']).toEqual([
      { name: 'orders', essential: false, checked: false },
      { name: 'orders-probe', essential: true, checked: true },
    ]);
  });

  test('a gateway goes with its key helper, and the load balancer speaks for both', () => {
    expect(tasksOf(environmentAt('sandbox', 'gateway'))['sandbox-gateway-a']).toEqual([
      { name: 'gateway', essential: true, checked: false },
      { name: 'keys', essential: true, checked: false },
    ]);
  });
});
