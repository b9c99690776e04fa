/** The environment file's words in a program of CDKTF: ids and ARNs may be tokens. */
import { Token } from 'cdktf';
import type { Construct } from 'constructs';
import type { EnvironmentInput } from '../blueprint/schema';
import type { Listener } from '../words/environment';

type ExistingNetwork = Extract<NonNullable<EnvironmentInput['network']>, { readonly vpc: string }>;

/** Where something stands that brings no network and no cluster: ids and ARNs of what exists, tokens too. */
export interface ExistingPlace extends Pick<EnvironmentInput, 'region' | 'namespace'> {
  /**
   * A target group's name is made of the VPC: with one that is known later it stays the same when another VPC takes its place,
   * and AWS refuses a second group of the name.
   */
  readonly network: ExistingNetwork;
  readonly cluster: NonNullable<EnvironmentInput['cluster']>;
}

/** A construct that is told something. */
export const engineAt = (scope: Construct, id: string): Listener => ({
  at: [scope.node.path, id].filter(Boolean).join('/'),
  isLater: (value) => Token.isUnresolved(value),
});
