/** The environment file's words in a program of Pulumi: ids and ARNs may be inputs. */
import * as pulumi from '@pulumi/pulumi';
import type { EnvironmentInput } from '../blueprint/schema';
import type { Listener } from '../words/environment';

type Text = pulumi.Input<string>;
type ByZone = Readonly<Record<string, Text>>;

/** A VPC that exists. Its zones and its block are plain data. */
export interface ExistingNetworkWords {
  readonly vpc: Text;
  readonly cidr: string;
  readonly publicSubnets?: ByZone;
  readonly privateSubnets?: ByZone;
}

/** Where something stands that brings no network and no cluster. */
export interface ExistingPlace {
  readonly region: string;
  /**
   * A target group's name is made of the VPC: with one that is known later it stays the same when another VPC takes its place,
   * and AWS refuses a second group of the name.
   */
  readonly network: ExistingNetworkWords;
  readonly cluster: { readonly arn: Text };
  /** A private DNS namespace of the VPC. @default a new one, `<name>.internal` */
  readonly namespace?: { readonly id: Text; readonly name: string };
}

/** A listener that exists, with its load balancer's security group. */
export interface ListenerWords {
  readonly arn: Text;
  readonly securityGroup: Text;
}

/** The name that clients use, and how it comes to a certificate. */
export interface DomainWords
  extends Omit<NonNullable<EnvironmentInput['domain']>, 'hostedZone' | 'certificateArn'> {
  readonly hostedZone?: { readonly id: Text; readonly name: string };
  readonly certificateArn?: Text;
}

/** A component that is told something. */
export const engineAt = (name: string): Listener => ({
  at: name,
  isLater: (value) => pulumi.Output.isInstance(value) || value instanceof Promise,
});
