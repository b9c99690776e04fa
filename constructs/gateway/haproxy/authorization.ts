/** Which consumers may call an API. Who is not named in the environment file may call none. */
import type { GatewayModel } from '../model';
import { refuse } from './errors';
import { policy } from './policy';
import { all, found, not, rule } from './rules';
import { line, mapFile, put, textProblem } from './text';

/** `<consumer> all`, or `<consumer> some`: then `grants.map` says which. */
const consumersFile = line`consumers.map`;
/** `<consumer>|<api> 1`. */
const grantsFile = line`grants.map`;

const hasGrants = ({ consumers }: GatewayModel) => consumers.some(({ apis }) => apis !== undefined);

export const authorization = policy({
  settings: ({ policies }) => (policies.authentication === 'public' ? undefined : {}),

  rules: (_, { model }) => ({
    request: [
      rule(line`set-var(txn.grants) var(txn.consumer),map_str(${consumersFile})`),
      ...(hasGrants(model)
        ? [
            rule(
              line`set-var(txn.granted) var(txn.consumer),concat(|,txn.api),map_str(${grantsFile})`,
              all(line`{ var(txn.grants) -m str some }`),
            ),
          ]
        : []),
      ...refuse({
        status: 403,
        reason: 'not-allowed',
        detail: 'This consumer may not call this API.',
        when: all(line`!{ var(txn.grants) -m str all }`, not(found(line`granted`))),
      }),
    ],
  }),

  files: (_, { model }): Record<string, string> => {
    const { consumers } = model;
    const kinds = consumers.map(
      ({ name, apis }) => line`${put('name', name)} ${apis ? line`some` : line`all`}`,
    );
    const grants = consumers.flatMap(({ name, apis }) =>
      (apis ?? []).map((api) => line`${put('name', name)}|${put('name', api)} 1`),
    );
    return {
      [consumersFile]: mapFile(kinds),
      ...(hasGrants(model) ? { [grantsFile]: mapFile(grants) } : {}),
    };
  },
});

/** Consumers are no API's own: checked once. */
export const consumerProblems = ({ consumers }: Pick<GatewayModel, 'consumers'>) =>
  consumers.flatMap(({ name, apis }) => [
    ...textProblem('name', name, ['consumers', name]),
    ...(apis ?? []).flatMap((api, index) => textProblem('name', api, ['consumers', name, 'apis', index])),
  ]);
