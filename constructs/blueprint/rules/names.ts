/** Names that AWS does not take. */
import {
  ids,
  loadBalancerName,
  securityGroupName,
  TARGET_GROUP_NAME_LENGTH,
  targetGroupNameLength,
} from '../names';
import type { Environment } from '../schema';
import type { ApiRule, Finding, Rule } from './rule';

/** Checked in every stage: a name that does not fit later would mean to replace everything then. */
export const targetGroupOfApi: ApiRule = function* (_api, name, environment) {
  const length = targetGroupNameLength(environment.name, name);
  const over = length - TARGET_GROUP_NAME_LENGTH;
  if (over <= 0) return;
  yield {
    code: 'TARGET_GROUP_NAME_LENGTH',
    path: ['apis', name],
    where: 'key',
    message: `The target group of \`${name}\` is called ${environment.name}-${name}-…, and that has ${length} characters.`,
    given: `${environment.name.length} for the environment, ${name.length} for the API`,
    allowed: `${TARGET_GROUP_NAME_LENGTH} characters: environment and API together ${TARGET_GROUP_NAME_LENGTH - 6}`,
    fix: `Shorten the name of the API or of the environment by ${over}.`,
  };
};

export const targetGroupOfGateways: Rule = function* ({ name }) {
  const over = targetGroupNameLength(name, ids.gateway) - TARGET_GROUP_NAME_LENGTH;
  if (over <= 0) return;
  yield {
    code: 'TARGET_GROUP_NAME_LENGTH',
    path: ['name'],
    message: `The gateways' target group is called ${name}-gateway-…, and that is ${over} too long.`,
    given: `${name.length} characters`,
    allowed: `${name.length - over} characters for the environment`,
    fix: `Shorten the name of the environment by ${over}.`,
  };
};

/** AWS keeps these beginnings to itself. */
export const reservedBeginnings: Rule = function* ({ name }) {
  const taken = [
    { what: 'load balancer', text: loadBalancerName(name), beginning: 'internal-' },
    { what: 'security group', text: securityGroupName(name, ''), beginning: 'sg-' },
  ].find(({ text, beginning }) => text.startsWith(beginning));
  if (!taken) return;
  yield {
    code: 'NAME_RESERVED',
    path: ['name'],
    message: `AWS takes no ${taken.what} whose name begins with ${taken.beginning}, and all names begin with the environment's.`,
    given: name,
    fix: 'Give the environment another name.',
  };
};

const isReserved = (name: string): boolean =>
  name === ids.gateway || name.startsWith(`${ids.gateway}-`) || name === ids.balancerGroup;

export const reservedApiNames: ApiRule = function* (_api, name) {
  if (!isReserved(name)) return;
  yield {
    code: 'API_NAME_RESERVED',
    path: ['apis', name],
    where: 'key',
    message: `\`${name}\` is a name that Stagecraft uses itself.`,
    allowed: `any name but \`${ids.gateway}\`, \`${ids.balancerGroup}\` and what begins with \`${ids.gateway}-\``,
    fix: 'Give the API another name.',
  };
};

/** An environment without an API provisions nothing that serves. */
export const someApi = function* ({ apis }: Environment): Iterable<Finding> {
  if (Object.keys(apis).length > 0) return;
  yield {
    code: 'NO_API',
    path: ['apis'],
    where: 'key',
    message: 'The environment has no API.',
    fix: 'Add one under `apis:`, such as `orders:` with its image.',
  };
};
