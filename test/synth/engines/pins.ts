/**
 * Terraform addresses, CloudFormation logical ids and Pulumi's URNs, which are a contract: under another one it is another resource, which
 * would be made new, and the old one taken away. `pins/` holds those of each environment, and at which stages each stands.
 * A wanted change is written with `npx tsx scripts/write-pins.ts`.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Blueprint } from '../../../constructs/blueprint/blueprint';
import type { Stage } from '../../../constructs/blueprint/schema';
import { EnvironmentStack } from '../../../stacks/pulumi/environment-stack';
import { environments, stages } from '../support/aws-cdk-template';
import { type Pinned, pinnedEnvironments, pinnedFull } from '../support/pinned';
import { run } from '../support/pulumi-program';
import { type Configuration, configurationOf, type Template, templateOf } from './synthesized';

type Engine = 'cdktf' | 'aws-cdk' | 'pulumi';

/** By identity, the stages that have it: `aws_vpc.Network_Vpc_FAC8F4A5: api load-balanced gateway`. */
export type Pins = Readonly<Record<Engine, Readonly<Record<string, string>>>>;

/** The environments that are pinned: those of this repository, and the one that says all. */
export const pinned = [...environments, 'every-field'] as const;

/** Where the pins of an environment are kept. */
export const fileOf = (environment: string): string => path.resolve(__dirname, `pins/${environment}.json`);

/** Addresses of the resources, and the outputs' names. */
function addresses({ resource = {}, output = {} }: Configuration): string[] {
  const ofResources = Object.entries(resource).flatMap(([type, byName]) =>
    Object.keys(byName).map((name) => `${type}.${name}`),
  );
  return [...ofResources, ...Object.keys(output).map((name) => `output.${name}`)];
}

/** Logical ids, those of a nested stack after the stack's: `AWS::ECS::Service Bservices/stockService`. */
function logicalIds({ Resources, Outputs = {}, nested = {} }: Template): string[] {
  const ofResources = (resources: Template['Resources'], stack = ''): string[] =>
    Object.entries(resources).map(([logicalId, { Type }]) => `${Type} ${stack}${logicalId}`);
  return [
    ...ofResources(Resources),
    ...Object.entries(nested).flatMap(([stack, inner]) => ofResources(inner.Resources, `${stack}/`)),
    ...Object.keys(Outputs).map((name) => `Output ${name}`),
  ];
}

/** URNs without stack and project: types of the components around it, its own type, its name. */
async function urns(blueprint: Blueprint): Promise<string[]> {
  // Pulumi knows a list by its class, and Jest's copy of data is of another one.
  const own: Blueprint = JSON.parse(JSON.stringify(blueprint));
  const { result, resources } = await run(() => new EnvironmentStack(own), { stack: blueprint.environment });
  return [
    ...resources.map(({ urn }) => urn.split('::').slice(2).join('::')),
    ...Object.keys(result.outputs).map((name) => `output ${name}`),
  ];
}

/** Those of every environment as it is synthesized now. */
export async function pinsNow(): Promise<Record<string, Pins>> {
  const all = [...pinnedEnvironments(), ...pinnedFull()];
  const registered = new Map<Pinned, readonly string[]>();
  for (const one of all) registered.set(one, await urns(one.blueprint));
  return Object.fromEntries(
    pinned.map((environment) => {
      const own = all.filter(({ name }) => name.startsWith(`${environment}/`));
      return [
        environment,
        {
          cdktf: stagesById(own, (one) => addresses(configurationOf(one.blueprint))),
          'aws-cdk': stagesById(own, (one) => logicalIds(templateOf(one.blueprint))),
          pulumi: stagesById(own, (one) => registered.get(one) ?? []),
        },
      ];
    }),
  );
}

function stagesById(
  all: readonly Pinned[],
  idsOf: (one: Pinned) => readonly string[],
): Record<string, string> {
  const found = new Map<string, Stage[]>();
  for (const stage of stages) {
    for (const id of all.filter(({ blueprint }) => blueprint.stage === stage).flatMap(idsOf)) {
      found.set(id, [...(found.get(id) ?? []), stage]);
    }
  }
  return Object.fromEntries(
    [...found]
      .map(([id, at]): [string, string] => [id, at.join(' ')])
      .toSorted(([one], [other]) => (one < other ? -1 : 1)),
  );
}

export const pinsKept = (environment: string): Pins => JSON.parse(readFileSync(fileOf(environment), 'utf8'));

export const pinsText = (pins: Pins): string => `${JSON.stringify(pins, null, 2)}\n`;
