/** What an API's tasks may do in AWS. */
import type { Path } from '../../problems';
import { partitionOf } from '../regions';
import { permissionStatements } from '../resolving/permissions';
import { type OwnApiRule, repeated } from './rule';

/** The characters of all inline policies of a role, white space left out: a quota that cannot be raised. */
const MOST_CHARACTERS = 10_240;

const isWide = (text: string): boolean => /[*?]/.test(text);

/** A star is easily written and seldom meant: whoever means it says why. */
export const wideStatements: OwnApiRule = function* ({ permissions: { allow } }, name) {
  for (const [index, { actions, resources, because }] of allow.entries()) {
    const wide = [...actions, ...resources].filter(isWide);
    if (because !== undefined || wide.length === 0) continue;
    yield {
      code: 'PERMISSION_WIDE',
      path: ['apis', name, 'permissions', 'allow', index],
      message: `The statement allows more than it names: ${wide.map((one) => `\`${one}\``).join(', ')}.`,
      allowed: 'actions and ARNs without * and ?, or a reason',
      fix: 'Name each action and each ARN, or say in `because` why that cannot be.',
    };
  }
};

function* arns({
  allow,
  managedPolicies,
}: Parameters<OwnApiRule>[0]['permissions']): Iterable<[string, Path]> {
  for (const [at, { resources }] of allow.entries()) {
    for (const [index, arn] of resources.entries()) yield [arn, ['allow', at, 'resources', index]];
  }
  for (const [index, arn] of managedPolicies.entries()) yield [arn, ['managedPolicies', index]];
}

export const permissionPartition: OwnApiRule = function* ({ permissions }, name, { region }) {
  const own = partitionOf(region);
  for (const [arn, path] of arns(permissions)) {
    const other = /^arn:([^:]*):/.exec(arn)?.[1];
    if (other === undefined || other === own) continue;
    yield {
      code: 'ARN_PARTITION',
      path: ['apis', name, 'permissions', ...path],
      message: `The ARN is of the partition \`${other}\`, and ${region} is in \`${own}\`.`,
      given: arn,
      allowed: `arn:${own}:…`,
      fix: 'Copy the ARN from the account that the environment is deployed into.',
    };
  }
};

export const managedPolicyTwice: OwnApiRule = function* ({ permissions: { managedPolicies } }, name) {
  for (const index of repeated(managedPolicies)) {
    yield {
      code: 'LISTED_TWICE',
      path: ['apis', name, 'permissions', 'managedPolicies', index],
      message: 'The policy is in the list already.',
      given: managedPolicies[index],
      fix: 'Remove it here.',
    };
  }
};

export const permissionsSize: OwnApiRule = function* (api, name) {
  const statements = permissionStatements(api).map(({ sid, actions, resources }) => ({
    Sid: sid,
    Effect: 'Allow',
    Action: actions,
    Resource: resources.map((one) => ('arn' in one ? one.arn : one.ref)),
  }));
  const characters = JSON.stringify({ Version: '2012-10-17', Statement: statements }).length;
  if (characters <= MOST_CHARACTERS) return;
  yield {
    code: 'PERMISSIONS_SIZE',
    path: ['apis', name, 'permissions', 'allow'],
    where: 'key',
    message: `The statements do not fit the policies of a role.`,
    given: `${characters} characters`,
    allowed: `${MOST_CHARACTERS} characters`,
    fix: 'Put them in a managed policy, and name it in `managedPolicies`.',
  };
};
