/** A stack as CloudFormation sees it, by logical ids without CDK's hash. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import type { Blueprint } from '../../../constructs/blueprint/blueprint';
import { resolve } from '../../../constructs/blueprint/resolve';
import type { Stage } from '../../../constructs/blueprint/schema';
import { stackOf } from '../../../stacks/aws-cdk/stacks';
import { parsedAt } from '../../unit/heed';
import { blueprintAt } from './blueprints';

// biome-ignore lint/suspicious/noExplicitAny: what is in a resource depends on its type
export type Settings = Record<string, any>;

export const stages = ['api', 'load-balanced', 'gateway'] as const satisfies readonly Stage[];
export const environments = ['dev', 'prod', 'sandbox', 'staging'] as const;
export type EnvironmentName = (typeof environments)[number];

const HASH = /[0-9A-F]{8}$/;
export const withoutHash = (logicalId: string): string => logicalId.replace(HASH, '');

export class Synthesized {
  /** By logical id, with the hash: what CloudFormation knows. */
  readonly resources: Readonly<Record<string, Settings>>;

  constructor(readonly template: Settings) {
    this.resources = template.Resources;
  }

  /** How many resources of each type. */
  get counts(): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const { Type } of Object.values(this.resources)) counts[Type] = (counts[Type] ?? 0) + 1;
    return counts;
  }

  /** `AWS::ECS::Service ordersService50A586E0`. */
  get identities(): string[] {
    return Object.entries(this.resources)
      .map(([logicalId, { Type }]) => `${Type} ${logicalId}`)
      .toSorted();
  }

  /** Properties of the resources of a type, by logical id without hash. */
  all(type: string): Record<string, Settings> {
    return Object.fromEntries(
      Object.entries(this.resources)
        .filter(([, { Type }]) => Type === type)
        .map(([logicalId, { Properties }]) => [withoutHash(logicalId), Properties ?? {}]),
    );
  }

  /** A resource by its logical id without hash. */
  whole(name: string): Settings {
    const found = Object.entries(this.resources).find(([logicalId]) => withoutHash(logicalId) === name);
    if (found !== undefined) return found[1];
    throw new Error(`No ${name}; there are: ${Object.keys(this.resources).map(withoutHash).join(', ')}`);
  }

  one(name: string): Settings {
    return this.whole(name).Properties;
  }

  /** What a resource waits for, beside what it refers to. */
  waitsFor(name: string): string[] {
    return ((this.whole(name).DependsOn ?? []) as string[]).map(withoutHash).toSorted();
  }
}

/** CDK's own check takes seconds for each app: it is run by the test of `synthesize`, for all environments at once. */
export const newApp = (): App =>
  new App({ analyticsReporting: false, builtinCloudFormationValidation: false });

/** A blueprint as the stack of its stage. */
export const stackAt = (blueprint: Blueprint, app = newApp()): Stack =>
  new stackOf[blueprint.stage](app, { blueprint });

export const templateOf = (stack: Stack): Synthesized => new Synthesized(Template.fromStack(stack).toJSON());

export const synthesized = (blueprint: Blueprint): Synthesized => templateOf(stackAt(blueprint));

const atStage = new Map<Stage, Synthesized>();

/** The blueprint of `blueprints.ts` at a stage. */
export function synthesizedAt(stage: Stage): Synthesized {
  const stack = atStage.get(stage) ?? synthesized(blueprintAt(stage));
  atStage.set(stage, stack);
  return stack;
}

/** Constructs in a stack of one's own. */
export function synthesizedIn(build: (stack: Stack) => void): Synthesized {
  const stack = new Stack(newApp(), 'own', { env: { region: 'eu-central-1' } });
  build(stack);
  return templateOf(stack);
}

/** What the comments in `dev.yaml` say to add before it leaves stage `api`. */
const grown = (text: string): string =>
  text.replace('zones: [a]', 'zones: [a, b]').concat(`
domain:
  name: api.dev.example.com
  hostedZone: { id: Z0123456789EXAMPLE0, name: dev.example.com }
`);

/** An environment of this repository at a stage, whatever its file says. */
export function environmentAt(name: EnvironmentName, stage: Stage): Blueprint {
  const file = path.resolve(__dirname, `../../../environments/${name}.yaml`);
  const text = readFileSync(file, 'utf8');
  return resolve(parsedAt(name === 'dev' && stage !== 'api' ? grown(text) : text, stage));
}

export const everyEnvironment = environments.flatMap((name) =>
  stages.map((stage) => [name, stage] as [EnvironmentName, Stage]),
);
