/**
 * The resource graph: what is provisioned, resource by resource, in AWS's words and in no engine's terms. A tree of
 * nouns (a network, a load balancer, a service), each with its resources; a setting names another resource by
 * reference, and what waits for what is data. Engines translate it and decide nothing.
 */

import type * as blueprint from '../blueprint/blueprint';
import type { CertificateResources } from './settings/certificate';
import type { ClusterResources } from './settings/cluster';
import type { ConsumersSecretResources } from './settings/consumers-secret';
import type { IamRoleResources } from './settings/iam-role';
import type { IdentityResources } from './settings/identity';
import type { ListenerResources } from './settings/listener';
import type { LoadBalancerResources } from './settings/load-balancer';
import type { NetworkResources } from './settings/network';
import type { ObservabilityResources } from './settings/observability';
import type { ScalingResources } from './settings/scaling';
import type { SecurityGroupResources } from './settings/security-group';
import type { ServiceResources } from './settings/service';
import type { TargetGroupResources } from './settings/target-group';
import type { TaskDefinitionResources } from './settings/task-definition';
import type { Awaited } from './value';

/** Settings of each type of resource. */
export interface ResourceSettings
  extends NetworkResources,
    SecurityGroupResources,
    LoadBalancerResources,
    ListenerResources,
    TargetGroupResources,
    CertificateResources,
    ClusterResources,
    IamRoleResources,
    TaskDefinitionResources,
    ServiceResources,
    ScalingResources,
    ObservabilityResources,
    ConsumersSecretResources,
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
  readonly 'listener-rules': blueprint.ExistingListener;
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
