/** Values of settings: known text, what another resource will have, and what an engine has from elsewhere. */

/** What a value knows of the resource that it refers to. All that a resource is stands in `resource.ts`. */
export interface Referred {
  readonly type: string;
  readonly id: string;
}

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
  readonly of: Referred;
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
export type Awaited = Referred | Outside;

export const ref = (of: Referred, attribute: Attribute): Ref => ({ of, attribute });
export const outside = (value: unknown): Outside => ({ outside: value });

export const isRef = (value: object): value is Ref => 'of' in value && 'attribute' in value;
export const isOutside = (value: object): value is Outside => 'outside' in value;
