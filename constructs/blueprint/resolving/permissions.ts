import type { Statement } from '../blueprint';
import type { Api } from '../schema';

/** What an API's tasks may do in AWS, as the statements of their role. */
export const permissionStatements = ({ permissions: { allow } }: Pick<Api, 'permissions'>): Statement[] =>
  allow.map(({ actions, resources, because }, index) => ({
    sid: `Own${index + 1}`,
    actions,
    resources: resources.map((arn) => ({ arn })),
    ...(because ? { because } : {}),
  }));
