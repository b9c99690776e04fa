/** How much of CloudFormation's limits the stacks of an environment take. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { CfnResource, NestedStack, Stack } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { ApiStage, LoadBalancedStage } from '../../constructs/aws-cdk/stages';
import { canaryId } from '../../constructs/blueprint/names';
import type { EnvironmentStack } from './environment-stack';

/** A stack of CloudFormation: the environment's own, or a nested one. */
export interface Measured {
  /** What its APIs say in `nestedStack`. Absent: the environment's own stack. */
  readonly nestedStack?: string;
  readonly resources: number;
  /** How many of them are of each API, in the order of the file. */
  readonly apis: ReadonlyMap<string, number>;
  /** How many resources an API has in one nested stack, of those with the most. */
  readonly largest: number;
}

export interface MeasuredTemplate extends Measured {
  readonly parameters: number;
  readonly outputs: number;
  readonly bytes: number;
}

/** Before anything is written: the resources of each stack. */
export const measured = (stack: EnvironmentStack): Measured[] =>
  stacksOf(stack).map((one) => resourcesIn(one, stack));

/** Once the templates are written. */
export const measuredTemplates = (stack: EnvironmentStack, folder: string): MeasuredTemplate[] =>
  stacksOf(stack).map((one) => {
    const text = readFileSync(path.join(folder, one.templateFile), 'utf8');
    const { Parameters = {}, Outputs = {} } = JSON.parse(text) as { Parameters?: object; Outputs?: object };
    return {
      ...resourcesIn(one, stack),
      parameters: Object.keys(Parameters).length,
      outputs: Object.keys(Outputs).length,
      bytes: Buffer.byteLength(text),
    };
  });

const stacksOf = (stack: Stack): Stack[] => [
  stack,
  ...stack.node.findAll().filter((one): one is NestedStack => NestedStack.isNestedStack(one)),
];

function resourcesIn(stack: Stack, { blueprint }: EnvironmentStack): Measured {
  const owners = new Map<string, string>();
  for (const { id } of blueprint.services) {
    owners.set(id, id);
    owners.set(canaryId(id), id);
  }
  const own = stack.node.findAll().filter((one) => CfnResource.isCfnResource(one) && Stack.of(one) === stack);
  const apis = new Map(blueprint.services.map(({ id }) => [owners.get(id) ?? id, 0]));
  const services = new Map<string, number>();
  for (const one of own) {
    const service = serviceOf(one);
    const api = owners.get(service);
    if (api === undefined) continue;
    apis.set(api, (apis.get(api) ?? 0) + 1);
    // Groups and their rules stand in nested stacks of their own.
    const isGroups = one.node.scopes.some(({ node }) => node.id === 'SecurityGroup');
    services.set(service, (services.get(service) ?? 0) + (isGroups ? 0 : 1));
  }
  const found = [...apis].filter(([, resources]) => resources > 0);
  return {
    nestedStack: nameOf(stack),
    resources: own.length,
    apis: new Map(found),
    largest: Math.max(1, ...services.values()),
  };
}

/** Its id. An API stands in the stage, in the nested stack of its services, and in a scope of its own in the other ones. */
function serviceOf(resource: IConstruct): string {
  const { scopes } = resource.node;
  const stage = scopes.findIndex((one) => one instanceof ApiStage || one instanceof LoadBalancedStage);
  const nested = scopes.findLastIndex((one) => NestedStack.isNestedStack(one));
  return scopes[Math.max(stage, nested) + 1]?.node.id ?? '';
}

/** `b`, of `NestedStacks/b/services` and of `NestedStacks/b.canaries/services`. */
const nameOf = (stack: Stack): string | undefined =>
  NestedStack.isNestedStack(stack) ? stack.node.scope?.node.id.split('.')[0] : undefined;
