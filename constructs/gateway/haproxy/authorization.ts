/** Which consumers may call an API. Who is not named in the environment file may call none. */
import { refuse } from './errors';
import type { Context, PolicyRendering } from './sections';
import { line, mapFile, put, type Text, textProblem } from './text';

/** `<consumer> all`, or `<consumer> some`: then `grants.map` says which. */
const consumersFile = line`consumers.map`;
/** `<consumer>|<api> 1`. */
const grantsFile = line`grants.map`;

const needsConsumers = ({ model }: Context) =>
  model.apis.some(({ policies }) => policies.authentication !== 'public');
const hasGrants = ({ model }: Context) => model.consumers.some(({ apis }) => apis !== undefined);

export const authorization: PolicyRendering = {
  problems: () => [],

  rules: ({ name, policies }, context) => {
    if (policies.authentication === 'public') return {};
    const grants: Text[] = hasGrants(context)
      ? [
          line`http-request set-var(txn.granted) var(txn.consumer),concat(|${put('name', name)}),map_str(${grantsFile}) if { var(txn.grants) -m str some }`,
        ]
      : [];
    return {
      request: [
        line`http-request set-var(txn.grants) var(txn.consumer),map_str(${consumersFile})`,
        ...grants,
        ...refuse({
          status: 403,
          reason: 'not-allowed',
          detail: 'This consumer may not call this API.',
          when: line`unless { var(txn.grants) -m str all } || { var(txn.granted) -m found }`,
        }),
      ],
    };
  },

  sections: () => [],

  files: (context): Record<string, string> => {
    if (!needsConsumers(context)) return {};
    const { consumers } = context.model;
    const kinds = consumers.map(
      ({ name, apis }) => line`${put('name', name)} ${apis ? line`some` : line`all`}`,
    );
    const grants = consumers.flatMap(({ name, apis }) =>
      (apis ?? []).map((api) => line`${put('name', name)}|${put('name', api)} 1`),
    );
    return {
      [consumersFile]: mapFile(kinds),
      ...(hasGrants(context) ? { [grantsFile]: mapFile(grants) } : {}),
    };
  },
};

/** Consumers are no API's own: checked once. */
export const consumerProblems = ({ model }: Pick<Context, 'model'>) =>
  model.consumers.flatMap(({ name, apis }) => [
    ...textProblem('name', name, ['consumers', name]),
    ...(apis ?? []).flatMap((api, index) => textProblem('name', api, ['consumers', name, 'apis', index])),
  ]);
