/**
 * What Terraform's engines share: a resource of the graph as one or more resources of the AWS provider. Arguments have the
 * provider's names, in camel case; a value may be a reference, which each engine writes in its own way.
 */
import type { ClusterName, Concat, Ref, Referred, Value } from '../graph/value';

/** An attribute of a resource of the provider. */
export interface Attribute {
  /** The resource of the graph that it is made for. */
  readonly of: Referred;
  /** Which of the provider's resources it is, where there are several. @default the first */
  readonly part?: string;
  /** In camel case: `zoneId`. */
  readonly terraform: string;
}

/** Text that is JSON, with values in it. */
export interface Json {
  readonly json: unknown;
}

/** What proves a domain name, of a certificate that is requested: ACM's options are a set, known when it is applied. */
export interface ValidationOption {
  readonly certificate: Referred;
  readonly domain: string;
  readonly option: 'resourceRecordName' | 'resourceRecordType' | 'resourceRecordValue';
}

/** Text that is known in parts. */
export interface Joined {
  readonly concat: readonly (string | Attribute)[];
}

export type TerraformValue = Value | Concat | Joined | ClusterName | Attribute | Json | ValidationOption;

/** What must be so once a resource is deployed: else the apply fails, and what waits for the resource is left alone. */
export interface Postcondition {
  /** Argument that must be as it was asked for, in camel case. */
  readonly argument: string;
  readonly errorMessage: string;
}

export interface TerraformResource {
  /** `aws_lb`. */
  readonly type: string;
  /** Place within its noun. */
  readonly id: string;
  /** Leaves that are objects with a reference are of type `TerraformValue`. */
  readonly arguments: Readonly<Record<string, unknown>>;
  /** By which name a noun's `transform` changes it. */
  readonly transform?: string;
  readonly lifecycle?: {
    readonly createBeforeDestroy?: true;
    readonly preventDestroy?: true;
    /** In the provider's names, camel case. */
    readonly ignoreChanges?: readonly string[];
  };
  readonly postcondition?: Postcondition;
}

/** Where an attribute of the graph is found with the provider. */
export function attributeOf({ of, attribute }: Ref): Attribute | Joined {
  if (attribute === 'issuer') return { concat: ['https://', { of, terraform: 'endpoint' }] };
  // Known once the certificate is issued.
  if (of.type === 'certificate') return { of, part: 'Validation', terraform: 'certificateArn' };
  return { of, terraform: attribute === 'hostedZoneId' ? 'zoneId' : attribute };
}

export const isAttribute = (value: object): value is Attribute => 'of' in value && 'terraform' in value;
export const isJson = (value: object): value is Json => 'json' in value;
export const isConcat = (value: object): value is Concat => 'concat' in value;
export const isClusterName = (value: object): value is ClusterName => 'clusterNameOf' in value;
export const isValidationOption = (value: object): value is ValidationOption =>
  'option' in value && 'certificate' in value;

/** The provider's own spelling of a name: `load_balancer_arn`. */
export const snakeCase = (name: string): string =>
  name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
