/** The gateways, and the consumers that they know. */
import type { RoutePolicies } from '../../gateway/policies';
import { nearest } from '../reading/suggest';
import { tasksIn } from '../resolving/network';
import type { AnyApi } from '../schema';
import { type ApiRule, list, type Rule, repeated } from './rule';

export const membersTwice: Rule = function* ({ gateway }) {
  for (const index of repeated((gateway.members ?? []).map((member) => member.name))) {
    yield {
      code: 'MEMBER_TWICE',
      path: ['gateway', 'members', index, 'name'],
      message: 'Two gateways have the same name.',
      given: gateway.members?.[index]?.name,
      fix: 'Give each a letter of its own.',
    };
  }
};

export const memberZones: Rule = function* (environment) {
  const { stage, gateway } = environment;
  if (stage !== 'gateway') return;
  const { subnets, zones } = tasksIn(environment);
  for (const [index, member] of (gateway.members ?? []).entries()) {
    if (zones.includes(member.zone)) continue;
    yield {
      code: 'MEMBER_ZONE',
      path: ['gateway', 'members', index, 'zone'],
      message: `The network has no ${subnets} subnet in zone \`${member.zone}\`.`,
      given: member.zone,
      allowed: list(zones),
      fix: 'Choose one of these, or add the zone to the network.',
    };
  }
};

/** By default the gateways stand in the first two zones that tasks run in. */
export const memberZonesByDefault: Rule = function* (environment) {
  const { stage, gateway, network } = environment;
  if (stage !== 'gateway' || gateway.members || !('vpc' in network)) return;
  const { subnets, zones } = tasksIn(environment);
  // That there is none at all is told otherwise.
  if (zones.length === 0 || zones.length >= 2) return;
  yield {
    code: 'SUBNETS_MISSING',
    path: ['network', subnets === 'private' ? 'privateSubnets' : 'publicSubnets'],
    where: 'key',
    message: 'A pair of gateways needs subnets for tasks in two zones.',
    given: list(zones) || 'none',
    fix: 'Name a subnet in another zone, or place the gateways with `gateway.members`.',
  };
};

export const consumersApis: Rule = function* ({ consumers, apis }) {
  for (const [name, consumer] of Object.entries(consumers)) {
    for (const [index, api] of (consumer.apis ?? []).entries()) {
      if (Object.hasOwn(apis, api)) continue;
      const near = nearest(api, Object.keys(apis));
      yield {
        code: 'API_UNKNOWN',
        path: ['consumers', name, 'apis', index],
        message: `There is no API \`${api}\`.`,
        given: api,
        allowed: list(Object.keys(apis)) || 'none',
        fix: near ? `Write \`${near}\`.` : 'Choose one of these, or add the API.',
      };
    }
  }
};

export const someConsumer: ApiRule = function* ({ policies }, name, { stage, consumers, apis: all }) {
  const { authentication } = policies;
  // Whom an issuer knows is not in this file.
  if (stage !== 'gateway' || authentication === 'public' || authentication.jwt) return;
  // Whoever is meant by a name that is no API's may be meant for this one.
  const may = (api: string) => api === name || !Object.hasOwn(all, api);
  if (Object.values(consumers).some(({ apis }) => apis === undefined || apis.some(may))) return;
  yield {
    code: 'CONSUMERS_MISSING',
    path: ['apis', name, 'policies', 'authentication'],
    where: 'key',
    message: `No consumer may call \`${name}\`: it asks for a key, and no one can have one.`,
    fix: 'Add one under `consumers:`, such as `acme: {}`, or take tokens with `jwt`.',
  };
};

/** Policies of an API and of its routes, as they are written, with their paths. */
function* written(api: AnyApi, name: string): Iterable<readonly [RoutePolicies, readonly string[]]> {
  yield [api.policies, ['apis', name, 'policies']];
  for (const [route, { policies }] of Object.entries(api.routes)) {
    yield [policies, ['apis', name, 'routes', route, 'policies']];
  }
}

export const ownUserPool: ApiRule = function* (api, name, { stage, identity }) {
  if (stage !== 'gateway' || identity) return;
  for (const [{ authentication }, path] of written(api, name)) {
    const jwt = authentication === 'public' ? undefined : authentication?.jwt;
    if (!jwt || !('userPool' in jwt) || jwt.userPool !== true) continue;
    yield {
      code: 'USER_POOL_MISSING',
      path: [...path, 'authentication', 'jwt', 'userPool'],
      message: 'This environment has no user pool of its own.',
      given: 'true',
      fix: 'Add `identity:`, or name another pool: `userPool: { region: …, id: … }`.',
    };
  }
};

export const allowedConsumers: ApiRule = function* (api, name, { consumers }) {
  for (const [{ authorization }, path] of written(api, name)) {
    if (authorization === undefined || authorization === 'none') continue;
    for (const [index, consumer] of (authorization.consumers ?? []).entries()) {
      if (consumer.startsWith('jwt:') || Object.hasOwn(consumers, consumer)) continue;
      const near = nearest(consumer, Object.keys(consumers));
      yield {
        code: 'CONSUMER_UNKNOWN',
        path: [...path, 'authorization', 'consumers', index],
        message: `There is no consumer \`${consumer}\`.`,
        given: consumer,
        allowed: list(Object.keys(consumers)) || 'none',
        fix: near ? `Write \`${near}\`.` : 'Add it under `consumers:`, or begin with `jwt:` for a token.',
      };
    }
  }
};
