import type { Role, Statement, StatementResource } from '../blueprint/blueprint';
import { type NounOf, resource } from './resource';
import type { RoleStatement } from './settings/iam-role';
import { type Awaited, type Concat, ref, type Value } from './value';

/** ARNs of what a statement may speak of by reference. */
export type StatementArns = Readonly<
  Record<'log-group' | 'metrics-log-group' | 'consumers-secret', Value | undefined>
>;

export interface RoleLink {
  readonly arn: Value;
  /** What must stand before the role can do its work. */
  readonly access: readonly Awaited[];
}

/** A role that one service principal may assume, with the statements it is given and no others. */
export function iamRole(
  id: string,
  settings: Role,
  arns: StatementArns,
  transform: string,
): { readonly noun: NounOf<'iam-role'>; readonly link: RoleLink } {
  const { name, description, principal, statements, managedPolicyArns } = settings;
  const role = resource(
    'role',
    'Role',
    {
      name,
      description,
      principal,
      statements: statements.map((one) => statement(one, arns)),
      ...(managedPolicyArns && { managedPolicyArns }),
    },
    { transform: 'role' },
  );
  return {
    noun: {
      noun: 'iam-role',
      id,
      settings,
      resources: [role],
      nouns: [],
      waits: [],
      transform: [transform],
    },
    link: { arn: ref(role, 'arn'), access: [role] },
  };
}

const statement = ({ resources, ...others }: Statement, arns: StatementArns): RoleStatement => ({
  ...others,
  resources: resources.flatMap((one) => resourceArns(one, arns)),
});

function resourceArns(about: StatementResource, arns: StatementArns): (Value | Concat)[] {
  if ('arn' in about) return [about.arn];
  const arn = arns[about.ref];
  if (arn === undefined) throw new Error(`A statement speaks of the ${about.ref}, and there is none.`);
  // The group itself, and the streams in it: actions on streams are checked against the longer ARN.
  return about.ref.endsWith('log-group') ? [arn, { concat: [arn, ':*'] }] : [arn];
}
