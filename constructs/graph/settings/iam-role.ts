import type { Concat, Value } from '../value';

/** A statement whose resources are ARNs. */
export interface RoleStatement {
  readonly sid: string;
  readonly actions: readonly string[];
  readonly resources: readonly (Value | Concat)[];
  /** Why it is as wide as it is. */
  readonly because?: string;
}

export interface IamRoleResources {
  /** With an inline policy of its own name, when it has statements. */
  readonly role: {
    readonly name: string;
    readonly description: string;
    readonly principal: string;
    readonly statements: readonly RoleStatement[];
    /** ARNs of policies that exist. @default none */
    readonly managedPolicyArns?: readonly string[];
  };
}
