/**
 * The resource graph: what is provisioned, resource by resource, in AWS's words and in no engine's terms. A tree of
 * nouns (a network, a load balancer, a service), each with its resources; a setting names another resource by
 * reference, and what waits for what is data. Engines translate it and decide nothing.
 */

import type * as blueprint from '../blueprint/blueprint';
import type { SecretResources } from './consumers-secret';
import type { IdentityResources } from './identity';
import type { LoadBalancerResources } from './load-balancer';
import type { NetworkResources } from './network';
import type { ObservabilityResources } from './observability';
import type { SecurityGroupResources } from './security-group';
import type { ServiceResources } from './service';

/** Settings of each type of resource. */
export interface ResourceSettings
  extends NetworkResources,
    SecurityGroupResources,
    LoadBalancerResources,
    ServiceResources,
    ObservabilityResources,
    SecretResources,
    IdentityResources {}

export type ResourceType = keyof ResourceSettings;

/** How a resource may come and go. */
export interface Lifetime {
  /** What takes its place is made before it is removed, and so it goes only after its users have let go of it. */
  readonly createBeforeDestroy?: true;
  /** A deploy that would remove it is refused. */
  readonly preventDestroy?: true;
  /** Settings that others change while it lives, such as autoscaling: a deploy leaves them as they are. */
  readonly ignoreChanges?: readonly string[];
}

export interface ResourceOf<Type extends ResourceType> {
  readonly type: Type;
  /** Place within its noun: `Vpc`, `Traffic/orders`. With the nouns' own, the construct path. */
  readonly id: string;
  readonly settings: ResourceSettings[Type];
  readonly lifetime: Lifetime;
  /** By which name a noun's `transform` changes it. Absent: by none. */
  readonly transform?: string;
}

/** A resource of any type: a union that its `type` tells apart. */
export type Resource = { readonly [Type in ResourceType]: ResourceOf<Type> }[ResourceType];

/** What AWS gives a resource when it is made. */
export type Attribute =
  | 'arn'
  | 'id'
  | 'name'
  | 'dnsName'
  | 'hostedZoneId'
  /** Of a user pool's domain: its prefix. */
  | 'domain'
  /** Of a user pool: the `iss` of its tokens. */
  | 'issuer'
  /** Of an address: what a NAT gateway takes it by. */
  | 'allocationId';

/** An attribute of another resource of the graph. */
export interface Ref {
  readonly of: Resource;
  readonly attribute: Attribute;
}

/** A value of an engine, for what stands outside of the graph: a token, an output, an imported construct. */
export interface Outside {
  readonly outside: unknown;
}

/** The name of a cluster, of which only the ARN may be known. */
export interface ClusterName {
  readonly clusterNameOf: Value;
}

export type Value = string | Ref | Outside;

/** Text that is known in parts. */
export interface Concat {
  readonly concat: readonly (Value | ClusterName)[];
}

/** What can be waited for: a resource of the graph, or what an engine can wait for. */
export type Awaited = Resource | Outside;

export interface Wait {
  readonly waiting: Resource;
  readonly on: Awaited;
}

/** The kinds of construct that an engine has a class for, each with the part of the blueprint that it is made from. */
export interface NounSettings {
  readonly network: blueprint.NewNetwork;
  readonly cluster: blueprint.Blueprint['cluster'];
  readonly namespace: blueprint.Blueprint['namespace'];
  readonly 'security-group': blueprint.SecurityGroup;
  readonly 'target-group': blueprint.TargetGroup;
  readonly certificate: Extract<blueprint.Certificate, { readonly kind: 'new' }>;
  readonly 'load-balancer': blueprint.LoadBalancer;
  readonly 'iam-role': blueprint.Role;
  readonly 'log-group': blueprint.LogGroup;
  readonly 'consumers-secret': blueprint.ConsumersSecret;
  readonly 'gateway-data': blueprint.GatewayData;
  readonly 'fargate-service': blueprint.Service;
  readonly 'api-service': blueprint.Service;
  readonly 'gateway-pair': blueprint.GatewayPair;
  readonly identity: blueprint.Identity;
  readonly stage: blueprint.Blueprint;
}

export type NounName = keyof NounSettings;

export interface NounOf<Name extends NounName> {
  readonly noun: Name;
  /** Place within the noun around it: `LoadBalancer`, `gateway-a/Logs`. */
  readonly id: string;
  readonly settings: NounSettings[Name];
  readonly resources: readonly Resource[];
  readonly nouns: readonly Noun[];
  readonly waits: readonly Wait[];
  /** Where in the `transform` of the noun around it this one's stands: `['member', 'logGroup']`; `[]`: it is the same. */
  readonly transform: readonly string[];
}

export type Noun = { readonly [Name in NounName]: NounOf<Name> }[NounName];

export const ref = (of: Resource, attribute: Attribute): Ref => ({ of, attribute });
export const outside = (value: unknown): Outside => ({ outside: value });

export const isRef = (value: object): value is Ref => 'of' in value && 'attribute' in value;
export const isOutside = (value: object): value is Outside => 'outside' in value;

interface Options {
  readonly transform?: string;
  readonly lifetime?: Lifetime;
}

/** Makes a resource. */
export function resource<Type extends ResourceType>(
  type: Type,
  id: string,
  settings: ResourceSettings[Type],
  { transform, lifetime = {} }: Options = {},
): ResourceOf<Type> & Resource {
  return { type, id, settings, lifetime, ...(transform && { transform }) } as ResourceOf<Type> & Resource;
}

/** Waits of one resource on several. */
export const waitsFor = (waiting: Resource, on: readonly Awaited[]): Wait[] =>
  on.map((one) => ({ waiting, on: one }));

/** How what has users while it is replaced comes and goes. */
export const createBeforeDestroy: Lifetime = { createBeforeDestroy: true };
