/** The gateways, and the consumers that they know. */
import { nearest } from '../reading/suggest';
import { tasksIn } from '../resolving/network';
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
  if (zones.length >= 2) return;
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
  if (stage !== 'gateway' || policies.authentication === 'public') return;
  // Whoever is meant by a name that is no API's may be meant for this one.
  const may = (api: string) => api === name || !Object.hasOwn(all, api);
  if (Object.values(consumers).some(({ apis }) => apis === undefined || apis.some(may))) return;
  yield {
    code: 'CONSUMERS_MISSING',
    path: ['apis', name, 'policies', 'authentication'],
    where: 'key',
    message: `No consumer may call \`${name}\`: it asks for a key, and no one can have one.`,
    fix: 'Add one under `consumers:`, or write `authentication: public`.',
  };
};
