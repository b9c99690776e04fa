/**
 * Which consumers may call an API. One with a key that is not named in the environment file may call none; one with a
 * token may call what its issuer lets it. What an API or a route asks for beside that is in `token-rights.ts`.
 */
import type { GatewayModel } from '../model';
import type { Authorization } from '../policies/authorization';
import { refuse } from './errors';
import { policy } from './policy';
import { all, found, not, type Rule, rule } from './rules';
import { type Place, pathOf } from './sections';
import { line, mapFile, put, textProblem } from './text';
import { consumerRules, rightProblems, rightRules } from './token-rights';

/** `<consumer> all`, or `<consumer> some`: then `grants.map` says which. */
const consumersFile = line`consumers.map`;
/** `<consumer>|<api> 1`. */
const grantsFile = line`grants.map`;

const hasGrants = ({ consumers }: GatewayModel) => consumers.some(({ apis }) => apis !== undefined);

interface Settings {
  /** How callers prove who they are; empty: they do not. */
  readonly by: readonly ('apiKey' | 'jwt')[];
  readonly needs: Authorization;
}

function settings({ policies: { authentication, authorization } }: Place): Settings | undefined {
  const methods = authentication === 'public' ? {} : authentication;
  const by = (['apiKey', 'jwt'] as const).filter((method) => methods[method] !== undefined);
  if (by.length === 0) return authorization && { by, needs: authorization };
  return { by, needs: authorization ?? {} };
}

/** APIs that the environment file gives to each consumer with a key. */
const grantRules = (model: GatewayModel): Rule[] => [
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
    when: all(line`!{ var(txn.grants) -m str all }`, not(found(line`granted`)), not(found(line`token`))),
  }),
];

export const authorization = policy<Settings>({
  settings,

  problems: ({ by, needs }, place) => {
    const path = [...pathOf(place), 'authorization'];
    if (by.length === 0) {
      return [
        {
          code: 'AUTHORIZATION_PUBLIC',
          path,
          message: 'Callers of what is public are not known, so nothing can be asked of them.',
          fix: 'Set `authentication`, or remove `authorization`.',
        },
      ];
    }
    return rightProblems(needs, by.includes('jwt'), path);
  },

  rules: ({ by, needs }, { model }) => ({
    request: [
      // Where there are no keys, nobody is in that list.
      ...(by.includes('apiKey') ? grantRules(model) : []),
      ...consumerRules(needs),
      ...rightRules(needs),
    ],
  }),

  files: (used, { model }): Record<string, string> => {
    if (!used.some(({ by }) => by.includes('apiKey'))) return {};
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
