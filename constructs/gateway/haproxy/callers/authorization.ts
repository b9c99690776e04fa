/**
 * Which consumers may call an API. One with a key that is not named in the environment file may call none; one with a
 * token may call what its issuer lets it. What an API or a route asks for beside that is in `token-rights.ts`.
 */

import type { GatewayModel } from '../../model';
import type { Place } from '../../places';
import type { Authorization } from '../../policies/authorization';
import { refuse } from '../answers/errors';
import { all, found, isTrue, not, type Rule, rule } from '../language/rules';
import { line, mapFile, put, textProblem } from '../language/text';
import { txn } from '../language/vocabulary';
import { policy } from '../parts/policy';
import { issuerLabel, issuerOf } from './issuers';
import { consumerRules, rightLimits, rightRules } from './token-rights';
import { rightsFiles } from './token-settings';

/** `<consumer> all`, or `<consumer> some`: then `grants.map` says which. */
const consumersFile = line`consumers.map`;
/** `<consumer>|<api> 1`. */
const grantsFile = line`grants.map`;

const hasGrants = ({ consumers }: GatewayModel) => consumers.some(({ apis }) => apis !== undefined);

interface Settings {
  /** Label of the issuer whose tokens are taken. */
  readonly issuer?: string;
  /** How callers prove who they are; empty: they do not. */
  readonly by: readonly ('apiKey' | 'jwt')[];
  readonly needs: Authorization;
}

function settings({ policies: { authentication, authorization } }: Place): Settings | undefined {
  const methods = authentication === 'public' ? {} : authentication;
  const by = (['apiKey', 'jwt'] as const).filter((method) => methods[method] !== undefined);
  if (by.length === 0) return authorization && { by, needs: authorization };
  const issuer = methods.jwt && issuerLabel(issuerOf(methods.jwt));
  return { by, needs: authorization ?? {}, ...(issuer === undefined ? {} : { issuer }) };
}

/** APIs that the environment file gives to each consumer with a key. */
const grantRules = (model: GatewayModel): Rule[] => [
  rule(line`set-var(${txn.grants}) var(${txn.consumer}),map_str(${consumersFile})`),
  ...(hasGrants(model)
    ? [
        rule(
          line`set-var(${txn.granted}) var(${txn.consumer}),concat(|,${txn.api}),map_str(${grantsFile})`,
          all(line`{ var(${txn.grants}) -m str some }`),
        ),
      ]
    : []),
  ...refuse({
    status: 403,
    reason: 'not-allowed',
    detail: 'This consumer may not call this API.',
    when: all(line`!{ var(${txn.grants}) -m str all }`, not(found('granted')), not(isTrue('token'))),
  }),
];

export const authorization = policy<Settings>({
  settings,

  limits: ({ needs }) => rightLimits(needs),

  rules: ({ by, needs, issuer }, { model }) => ({
    request: [
      // Where there are no keys, nobody is in that list.
      ...(by.includes('apiKey') ? grantRules(model) : []),
      ...consumerRules(needs, issuer),
      ...rightRules(needs),
    ],
  }),

  files: (used, { model }): Record<string, string> => {
    const rights = rightsFiles(used.map(({ needs }) => needs));
    if (!used.some(({ by }) => by.includes('apiKey'))) return rights;
    const { consumers } = model;
    const kinds = consumers.map(
      ({ name, apis }) => line`${put('name', name)} ${apis ? line`some` : line`all`}`,
    );
    const grants = consumers.flatMap(({ name, apis }) =>
      (apis ?? []).map((api) => line`${put('name', name)}|${put('name', api)} 1`),
    );
    return {
      ...rights,
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
