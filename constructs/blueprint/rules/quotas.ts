/** Quotas that many APIs meet: told with their numbers before AWS refuses the last of what is deployed. */
import { type QuotaName, quotas, raise, TARGET_GROUPS_PER_LOAD_BALANCER } from '../quotas';
import { membersOf } from '../resolving/members';
import { mostInstances } from '../resolving/services';
import { type Environment, ownApis } from '../schema';
import type { Finding, Rule } from './rule';

const gatewaysOf = (environment: Environment): number =>
  environment.stage === 'gateway' ? membersOf(environment).length : 0;

/** Most instances that each pool can have at once, by API and canary. */
const poolsOf = ({ apis }: Environment): number[] =>
  ownApis(apis).flatMap(([, api]) => [
    mostInstances(api),
    ...(api.canary ? [mostInstances(api.canary)] : []),
  ]);

const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0);

interface Met {
  readonly quota: QuotaName;
  readonly code: string;
  readonly needs: number;
  readonly message: string;
  /** What else can be done. */
  readonly or: string;
}

function* over(environment: Environment, { quota, code, needs, message, or }: Met): Iterable<Finding> {
  const allowed = environment.quotas[quota];
  if (needs <= allowed) return;
  yield {
    code,
    path: ['apis'],
    where: 'key',
    message,
    given: String(needs),
    allowed: `${allowed}, AWS's quota "${quotas[quota].name}"`,
    fix: `${or}, or ${raise(quota)}.`,
  };
}

/** The gateways' target group comes before those of the APIs go. */
export const targetGroupCount: Rule = function* (environment) {
  if (environment.stage !== 'load-balanced') return;
  const needs = Object.keys(environment.apis).length + 1;
  if (needs <= TARGET_GROUPS_PER_LOAD_BALANCER) return;
  yield {
    code: 'TARGET_GROUPS_TOO_MANY',
    path: ['apis'],
    where: 'key',
    message: `At stage \`load-balanced\` the load balancer would have ${needs} target groups: one for each API, and one for the gateways.`,
    allowed: `${TARGET_GROUPS_PER_LOAD_BALANCER} target groups, which AWS does not raise`,
    fix: 'Go to stage `gateway`, or stay there: it needs one target group, however many APIs there are.',
  };
};

export const targetCount: Rule = function* (environment) {
  if (environment.stage !== 'load-balanced') return;
  const needs = sum(poolsOf(environment));
  yield* over(environment, {
    quota: 'targetsPerLoadBalancer',
    code: 'TARGETS_TOO_MANY',
    needs,
    message: `While deploys roll, ${needs} instances can be behind the load balancer.`,
    or: 'Lower `instances` of the largest APIs, go to stage `gateway`',
  });
};

export const instanceCount: Rule = function* (environment) {
  const needs = sum(poolsOf(environment)) + gatewaysOf(environment);
  yield* over(environment, {
    quota: 'instancesPerNamespace',
    code: 'INSTANCES_TOO_MANY',
    needs,
    message: `While deploys roll, ${needs} instances can have a name in the environment's namespace.`,
    or: 'Lower `instances` of the largest APIs',
  });
};

export const roleCount: Rule = function* (environment) {
  const needs = 2 * (poolsOf(environment).length + gatewaysOf(environment));
  yield* over(environment, {
    quota: 'rolesPerAccount',
    code: 'ROLES_TOO_MANY',
    needs,
    message: `The environment would have ${needs} IAM roles: two for each API, each canary and each gateway.`,
    or: 'Put some APIs into an environment in another account',
  });
};
