/** Which request goes to which API: what leaves it open, and what the load balancer cannot hold. */
import { requestHeader } from '../../gateway/policies/request-header';
import { formatPath } from '../../problems';
import { raise } from '../quotas';
import {
  depthOf,
  draftRules,
  GATEWAY_RULES,
  MOST_HEADERS,
  MOST_SEGMENTS,
  MOST_WILDCARDS,
  TARGET_HEADER,
} from '../resolving/listener-rules';
import type { AnyApi, Environment } from '../schema';
import { type ApiRule, count, type Finding, hasRulesOfApis, type Rule, repeated } from './rule';

export const listedTwice: ApiRule = function* ({ paths, hosts }, name) {
  for (const [section, values] of Object.entries({ paths, hosts })) {
    for (const index of repeated(values)) {
      yield {
        code: 'LISTED_TWICE',
        path: ['apis', name, section, index],
        message: `${values[index]} stands twice in \`${section}\`.`,
        fix: 'Remove one of the two.',
      };
    }
  }
};

export const pathDepth: ApiRule = function* ({ paths }, name) {
  for (const [index, path] of paths.entries()) {
    if (depthOf(path) <= MOST_SEGMENTS) continue;
    yield {
      code: 'PATH_DEPTH',
      path: ['apis', name, 'paths', index],
      message: `The path has ${depthOf(path)} segments.`,
      given: path,
      allowed: `${MOST_SEGMENTS} segments`,
      fix: 'Use a shorter prefix: it takes all paths below it too.',
    };
  }
};

/** Whether what a client sends under this name is still there when the API is chosen. */
const isClients = (header: string): boolean =>
  requestHeader.safeParse(header.toLowerCase()).success && header.toLowerCase() !== TARGET_HEADER;

export const headerConditions: ApiRule = function* ({ headers }, name) {
  const names = Object.keys(headers);
  if (names.length > MOST_HEADERS) {
    yield {
      code: 'HEADERS_TOO_MANY',
      path: ['apis', name, 'headers'],
      where: 'key',
      message: `${names.length} headers leave a rule of the load balancer no room for a path.`,
      allowed: `${MOST_HEADERS} headers`,
      fix: 'Route by fewer headers.',
    };
  }
  for (const index of repeated(names.map((one) => one.toLowerCase()))) {
    yield {
      code: 'LISTED_TWICE',
      path: ['apis', name, 'headers', names[index] ?? ''],
      where: 'key',
      message: `Header \`${names[index]}\` stands twice, as upper and lower case are the same here.`,
      fix: 'Remove one of the two.',
    };
  }
  for (const header of names.filter((one) => !isClients(one))) {
    const host = header.toLowerCase() === 'host';
    yield {
      code: 'HEADER_RESERVED',
      path: ['apis', name, 'headers', header],
      where: 'key',
      message: host
        ? 'The load balancer does not take the Host header as a condition.'
        : `\`${header}\` is set or taken away on the way: an API cannot be chosen by it.`,
      fix: host ? 'Name the hosts in `hosts`.' : 'Use a header that clients set, such as `x-api-version`.',
    };
  }
  for (const [header, value] of Object.entries(headers)) {
    if (/^[\x20-\x7e]+$/.test(value) && value.trim() === value) continue;
    yield {
      code: 'HEADER_VALUE',
      path: ['apis', name, 'headers', header],
      message: `A header's value cannot be told apart by these characters.`,
      allowed: 'printable ASCII, with no space at either end',
    };
  }
};

const headersOf = (api: AnyApi): [string, string][] =>
  Object.entries(api.headers).map(([name, value]) => [name.toLowerCase(), value.toLowerCase()]);

const hostsOf = (api: AnyApi): readonly string[] => (api.hosts.length > 0 ? api.hosts : ['any host']);

/** Whether a request can have what both ask for, as far as headers go. */
function together(one: AnyApi, other: AnyApi): boolean {
  const theirs = new Map(headersOf(other));
  return headersOf(one).every(([name, value]) => {
    const their = theirs.get(name);
    return their === undefined || their === value || /[*?]/.test(their + value);
  });
}

function* claimsOf([name, api]: [string, AnyApi], [otherName, other]: [string, AnyApi]): Iterable<Finding> {
  if (Object.keys(api.headers).length !== Object.keys(other.headers).length || !together(api, other)) return;
  const host = hostsOf(api).find((one) => hostsOf(other).includes(one));
  if (host === undefined) return;
  const same = headersOf(api).every(([header, value]) =>
    headersOf(other).some((their) => their[0] === header && their[1] === value),
  );
  for (const [index, path] of api.paths.entries()) {
    if (!other.paths.includes(path)) continue;
    yield {
      code: same ? 'ROUTE_TWICE' : 'ROUTE_AMBIGUOUS',
      path: ['apis', name, 'paths', index],
      or: ['apis', name],
      message: same
        ? `\`${name}\` and \`${otherName}\` both claim ${path} on ${host}.`
        : `A request for ${path} on ${host} can have the headers of both \`${name}\` and \`${otherName}\`.`,
      given: path,
      fix: same
        ? 'Give one of them another path, host or header.'
        : 'Route both by the same header with different values, or by different paths.',
    };
  }
}

export const claimedTwice: Rule = function* ({ apis }: Environment) {
  const entries = Object.entries(apis);
  for (const [index, entry] of entries.entries()) {
    // Each path once, however many claim it: the first of them is named.
    const told = new Set<string>();
    for (const earlier of entries.slice(0, index)) {
      for (const finding of claimsOf(entry, earlier)) {
        const place = formatPath(finding.path);
        if (!told.has(place)) yield finding;
        told.add(place);
      }
    }
  }
};

export const ruleCount: Rule = function* (environment) {
  if (!hasRulesOfApis(environment)) return;
  const { stage, apis, listener } = environment;
  const traffic = draftRules(environment).length;
  const attach = stage === 'gateway' ? 0 : Object.keys(apis).length;
  // Behind a listener that exists the gateways have no rule for all requests: others may have theirs there.
  const gateways = listener ? 1 : GATEWAY_RULES;
  const all = traffic + attach + gateways;
  const most = environment.quotas.rulesPerLoadBalancer;
  if (all <= most) return;
  const atGateway = `, or go to stage \`gateway\`, or stay there: the load balancer has ${GATEWAY_RULES} rules then, however many APIs there are`;
  yield {
    code: 'RULES_TOO_MANY',
    path: ['apis'],
    where: 'key',
    message: listener
      ? `Behind the listener that exists the environment would have ${all} rules at stage \`${stage}\`.`
      : `At stage \`load-balanced\` the load balancer would have ${all} rules.`,
    given: `${count(traffic, 'rule')} for paths, hosts and headers, ${attach} for target groups, ${gateways} for the gateways`,
    allowed: `${most} rules: one for each path on each host, one for each target group, ${gateways} for the gateways`,
    fix: `Use fewer paths and hosts for each API${listener ? '' : atGateway}. Or ${raise('rulesPerLoadBalancer')}.`,
  };
};

export const wildcardCount: Rule = function* (environment) {
  if (!hasRulesOfApis(environment)) return;
  const seen = new Set<string>();
  for (const { api, conditions } of draftRules(environment)) {
    const wildcards =
      conditions
        .flatMap(({ values }) => values)
        .join('')
        .match(/[*?]/g)?.length ?? 0;
    if (wildcards <= MOST_WILDCARDS || seen.has(api)) continue;
    seen.add(api);
    yield {
      code: 'WILDCARDS_TOO_MANY',
      path: ['apis', api, 'headers'],
      where: 'key',
      message: `A rule of \`${api}\` would have ${wildcards} wildcards; each path has one.`,
      allowed: `${MOST_WILDCARDS} in a rule`,
      fix: 'Use fewer of * and ? in the values of the headers.',
    };
  }
};
