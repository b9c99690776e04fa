/** What waits for what, as each engine tells it, by construct path: references and said dependencies, and theirs. */
import { CfnResource, type Stack } from 'aws-cdk-lib';
import { TerraformResource, Testing } from 'cdktf';
import type { Blueprint } from '../../../constructs/blueprint/blueprint';
import { type Settings, stackAt, templateOf } from './aws-cdk-template';
import { Synthesized, stackAt as terraformStackAt } from './terraform-json';

/** By construct path, the construct paths that it waits for. */
export type Waits = ReadonlyMap<string, ReadonlySet<string>>;

/**
 * Parts that one engine makes a resource of and the other does not, with the path that both have. A thing stands when
 * the part that waits for all its other parts does.
 */
const PARTS: readonly [part: RegExp, whole: string][] = [
  [/\/ExecutionRole\/Policy$/, '/ExecutionRole/Role'],
  [/\/TaskRole\/Policy$/, '/TaskRole/Role'],
  [/\/Egress$/, '/Group'],
  [/\/ConsumersSecret\/Version$/, '/ConsumersSecret/Secret'],
  [/^LoadBalancer\/Certificate\/(?:Validation|Record-.*)$/, 'LoadBalancer/Certificate'],
  [/^Network\/InternetGatewayAttachment$/, 'Network/InternetGateway'],
  // The same resource under another path.
  [/\/Service\/TaskCount\/Target$/, '/ScalingTarget'],
  [/\/Service\/TaskCount\/Target\/Policy$/, '/ScalingPolicy'],
  [/^Identity\/UserPool\/(?:Client-)?(.+)$/, 'Identity/$1'],
];

/** CDK's rule for ids, for both: what adds nothing to a path is left out of it. */
function pathOf(path: string): string {
  const names = path
    .split('/')
    .slice(2)
    .filter((name) => !['Default', 'Resource'].includes(name));
  return names.filter((name, index) => name !== names[index - 1]).join('/');
}

const wholeOf = (path: string): string =>
  PARTS.reduce((name, [part, whole]) => name.replace(part, whole), path);

function closed(direct: Waits): Waits {
  const done = new Map<string, ReadonlySet<string>>();
  const visit = (path: string): ReadonlySet<string> => {
    const known = done.get(path);
    if (known !== undefined) return known;
    const all = new Set<string>();
    done.set(path, all);
    for (const on of direct.get(path) ?? []) for (const one of [on, ...visit(on)]) all.add(one);
    return all;
  };
  for (const path of direct.keys()) visit(path);
  return done;
}

/** Puts the parts of a thing together. */
function merged(direct: Waits): Waits {
  const all = closed(direct);
  const parts = new Map<string, string[]>();
  for (const path of all.keys()) parts.set(wholeOf(path), [...(parts.get(wholeOf(path)) ?? []), path]);
  const standing = new Map(
    [...parts].map(([whole, names]) => {
      const last = names.find((name) => names.every((other) => other === name || all.get(name)?.has(other)));
      if (last === undefined)
        throw new Error(`No part of ${whole} waits for the others: ${names.join(', ')}.`);
      return [last, whole] as const;
    }),
  );
  return new Map(
    [...parts].map(([whole, names]) => {
      const on = names
        .flatMap((name) => [...(all.get(name) ?? [])])
        .flatMap((name) => standing.get(name) ?? []);
      return [whole, new Set(on.filter((name) => name !== whole))];
    }),
  );
}

/** As CloudFormation is told. */
export function waitsOfAwsCdk(blueprint: Blueprint): Waits {
  const stack = stackAt(blueprint);
  const paths = pathsIn(stack);
  const { resources } = templateOf(stack);
  return merged(
    new Map(
      Object.entries(resources).map(([logicalId, { Properties, DependsOn = [] }]) => {
        const named = [...referencesIn(Properties), ...(DependsOn as string[])];
        return [paths.get(logicalId) as string, new Set(named.flatMap((id) => paths.get(id) ?? []))];
      }),
    ),
  );
}

const pathsIn = (stack: Stack): Map<string, string> =>
  new Map(
    stack.node
      .findAll()
      .filter((one) => CfnResource.isCfnResource(one))
      .map((one) => [stack.resolve(one.logicalId) as string, pathOf(one.node.path)]),
  );

function referencesIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value as Settings).flatMap(([name, inner]) => {
    if (name === 'Ref') return [inner as string];
    return name === 'Fn::GetAtt' ? [(inner as string[])[0] as string] : referencesIn(inner);
  });
}

/** As Terraform is told. */
export function waitsOfTerraform(blueprint: Blueprint): Waits {
  const stack = terraformStackAt(blueprint);
  const paths = new Map(
    stack.node
      .findAll()
      .filter((one) => TerraformResource.isTerraformResource(one))
      .map((one) => [`${one.terraformResourceType}.${one.friendlyUniqueId}`, pathOf(one.node.path)]),
  );
  const { resource = {} } = new Synthesized(Testing.synth(stack)).configuration;
  const found = Object.entries(resource).flatMap(([type, byName]) =>
    Object.entries(byName).map(([name, settings]) => [`${type}.${name}`, settings] as const),
  );
  return merged(
    new Map(
      found.map(([address, { lifecycle: _, ...settings }]) => {
        const named: string[] = JSON.stringify(settings).match(/\baws_\w+\.[\w-]+/g) ?? [];
        return [paths.get(address) as string, new Set(named.flatMap((one) => paths.get(one) ?? []))];
      }),
    ),
  );
}
