/**
 * What an engine provisions, in no engine's terms: by construct path, each resource with its settings in AWS's words and
 * with references by path. `«Cluster#Arn»` is the attribute `Arn` of the resource at `Cluster`. What an engine makes of two
 * resources and another of one is one here (`paths.ts`).
 */
import { isDeepStrictEqual } from 'node:util';
import type { Settings } from './synthesized';
import type { Waits } from './waits';

export type { Settings };

export interface Fact {
  /** `AWS::ECS::Service`. */
  readonly kind: string;
  /** In CloudFormation's words. A list of keys and values is an object; what has no order is sorted; defaults are said. */
  readonly settings: Settings;
}

export interface Facts {
  /** By construct path. */
  readonly resources: ReadonlyMap<string, Fact>;
  /** By construct path, what stands before it does. */
  readonly waits: Waits;
  /** What says nothing to AWS, in the engine's words, by the path of its own resource: how it makes and deletes it. */
  readonly own: ReadonlyMap<string, { readonly type: string; readonly settings: Settings }>;
  /** By construct path, the nested stack that it stands in. @default none does */
  readonly nestedStacks?: ReadonlyMap<string, string>;
}

export const reference = (path: string, attribute: string): string => `«${path}#${attribute}»`;

/** All that a value refers to. */
export function referencesIn(value: unknown): { path: string; attribute: string }[] {
  const found = JSON.stringify(value ?? null).matchAll(/«([^#»]*)#([^»]*)»/g);
  return [...found].map(([, path = '', attribute = '']) => ({ path, attribute }));
}

export const isTree = (value: unknown): value is Settings =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Lists in which the order says nothing. */
const UNORDERED = new Set([
  'ManagedPolicyArns',
  'Action',
  'AllowedOAuthScopes',
  'Certificates',
  'Conditions',
  'DependsOn',
  'DomainValidationOptions',
  'MountPoints',
  'PortMappings',
  'Resource',
  'Scopes',
  'SecurityGroupEgress',
  'SecurityGroups',
  'Statement',
  'SubjectAlternativeNames',
  'Subnets',
  'TargetGroups',
  'Values',
  'Volumes',
]);

/** Lists of keys and values, which are objects. */
const NAMED: Readonly<Record<string, readonly [key: string, value: string]>> = {
  Tags: ['Key', 'Value'],
  LoadBalancerAttributes: ['Key', 'Value'],
  TargetGroupAttributes: ['Key', 'Value'],
  Dimensions: ['Key', 'Value'],
  Environment: ['Name', 'Value'],
  Secrets: ['Name', 'ValueFrom'],
};

/** One of these may stand for a list of one. */
const ONE_OR_MORE = new Set(['Action', 'Resource']);

/** What AWS takes where nothing is said. */
const DEFAULTS: Readonly<Record<string, Settings>> = {
  'AWS::CertificateManager::Certificate': { SubjectAlternativeNames: [] },
  'AWS::Cognito::UserPool': { DeletionProtection: 'INACTIVE' },
  'AWS::ECS::Service': {
    EnableECSManagedTags: false,
    EnableExecuteCommand: false,
    HealthCheckGracePeriodSeconds: 0,
    LoadBalancers: [],
  },
  'AWS::ElasticLoadBalancingV2::TargetGroup': { TargetGroupAttributes: { 'stickiness.enabled': 'false' } },
  'AWS::IAM::Role': { ManagedPolicyArns: [], Policies: [] },
};

const CONTAINER_DEFAULTS: Settings = {
  Command: [],
  EntryPoint: [],
  Environment: {},
  Secrets: {},
  MountPoints: [],
  PortMappings: [],
  SystemControls: [],
  VolumesFrom: [],
  DependsOn: [],
};

/** One spelling of settings that are in CloudFormation's words. */
export function canonical(kind: string, settings: Settings): Settings {
  const spelled = inOneSpelling(settings) as Settings;
  const whole = withDefaults(spelled, DEFAULTS[kind] ?? {});
  const { ContainerDefinitions: containers } = whole;
  if (containers === undefined) return whole;
  return {
    ...whole,
    ContainerDefinitions: (containers as Settings[]).map((one) => withDefaults(one, CONTAINER_DEFAULTS)),
  };
}

function withDefaults(settings: Settings, defaults: Settings): Settings {
  const unsaid = Object.entries(defaults).map(([name, value]) => {
    const said = settings[name];
    return [name, isTree(value) && isTree(said) ? withDefaults(said, value) : (said ?? value)];
  });
  return { ...settings, ...Object.fromEntries(unsaid) };
}

function inOneSpelling(value: unknown, name = ''): unknown {
  const named = NAMED[name];
  if (named !== undefined && Array.isArray(value)) {
    const [key, inner] = named;
    return Object.fromEntries((value as Settings[]).map((one) => [one[key], inOneSpelling(one[inner])]));
  }
  if (ONE_OR_MORE.has(name) && typeof value === 'string') return [value];
  if (Array.isArray(value)) {
    const items = value.map((one) => inOneSpelling(one));
    return UNORDERED.has(name) ? items.toSorted(byText) : items;
  }
  if (!isTree(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, inner]) => inner !== undefined)
      .toSorted(([one], [other]) => (one < other ? -1 : 1))
      .map(([key, inner]) => [key, inOneSpelling(inner, key)]),
  );
}

function byText(one: unknown, other: unknown): number {
  const [first, second] = [JSON.stringify(one), JSON.stringify(other)];
  if (first === second) return 0;
  return first < second ? -1 : 1;
}

export interface Found {
  /** Path of the resource. */
  readonly path: string;
  readonly kind: string;
  /** `TaskDefinition`, `ContainerDefinitions.0.Environment.PORT`; empty for the resource itself. */
  readonly setting: string;
  readonly one: unknown;
  readonly other: unknown;
}

/** Every setting in which two engines differ, as deep as they are objects or lists of the same length. */
export function differences(one: Facts, other: Facts): Found[] {
  const paths = [...new Set([...one.resources.keys(), ...other.resources.keys()])].toSorted();
  return paths.flatMap((path) => {
    const [first, second] = [one.resources.get(path), other.resources.get(path)];
    const kind = first?.kind ?? second?.kind ?? '';
    if (first === undefined || second === undefined || first.kind !== second.kind) {
      return [{ path, kind, setting: '', one: first?.kind, other: second?.kind }];
    }
    return between(first.settings, second.settings).map((found) => ({ path, kind, ...found }));
  });
}

type Between = Pick<Found, 'setting' | 'one' | 'other'>;

function between(one: unknown, other: unknown, at: readonly string[] = []): Between[] {
  if (isDeepStrictEqual(one, other)) return [];
  const both = [one, other];
  const lists = both.every(Array.isArray) && (one as unknown[]).length === (other as unknown[]).length;
  if (!lists && !both.every(isTree)) return [{ setting: at.join('.'), one, other }];
  const names = [...new Set(both.flatMap((value) => Object.keys(value as object)))].toSorted();
  return names.flatMap((name) => between((one as Settings)[name], (other as Settings)[name], [...at, name]));
}
