/**
 * The listener's rules: which request goes to which API, and from stage `gateway` on all to the gateways.
 *
 * The gateways decide in the same order: a host before none, more headers before fewer, the longer path first.
 *
 * A rule holds one path (on one host) and is called after it. Its number is found by a hash of the same, so neither its
 * name nor its number depends on what else is in the file: a neighbour that comes or goes moves nothing.
 */
import type { ListenerRule, RuleCondition, TrafficRule } from '../blueprint';
import { hashDigits, hashNumber, ids } from '../names';
import type { AnyApi, Environment } from '../schema';

/** Quotas of a rule, which AWS does not raise. */
export const MOST_VALUES = 5;
export const MOST_WILDCARDS = 5;
/** So that a rule has room for a host and a path beside them. */
export const MOST_HEADERS = 3;
export const MOST_SEGMENTS = 8;

/**
 * A listener's numbers go from 1 to 50,000. The gateways' attach rule has the first, those of the APIs what follows, and
 * the gateways' traffic rule the one before all traffic rules of the APIs.
 */
const GATEWAY_ATTACH = 1;
const FIRST_ATTACH = 2;
const ATTACH_NUMBERS = 10_000;
const FIRST_TRAFFIC = FIRST_ATTACH + ATTACH_NUMBERS;
const GATEWAY_TRAFFIC = FIRST_TRAFFIC - 1;

/**
 * Numbers for rules that are equally specific, by how many headers they ask for and how many segments their path has.
 * What is common has most: among n rules of one kind two fall together with a probability of about n²/2w, so of ten
 * APIs with a path of one segment each in one case of 110. That is refused when the file is read, and `listenerSeed` is
 * the way out. For rules with a host and for those without: 2 · (16,200 + 2,300 + 800 + 620) = 39,840 of 39,999 numbers.
 */
const WIDTHS: readonly (readonly number[])[] = [
  [1_500, 5_500, 4_500, 2_200, 500, 500, 500, 500, 500],
  [300, 700, 500, 300, 100, 100, 100, 100, 100],
  [100, 150, 150, 100, 60, 60, 60, 60, 60],
  [60, 100, 100, 60, 60, 60, 60, 60, 60],
];

/** Tells the load balancer to which target group, from where the operator is. */
export const TARGET_HEADER = 'x-stagecraft-target';
/** No connection comes from there: it is the address of all hosts of a network at once (RFC 919, section 7). */
const NOWHERE = '255.255.255.255/32';

/** Number of segments: 0 for `/`, 2 for `/v2/orders`. */
export const depthOf = (path: string): number => (path === '/' ? 0 : path.split('/').length - 1);

interface Band {
  readonly first: number;
  readonly width: number;
}

/** The more specific, the lower. */
const bands: ReadonlyMap<string, Band> = (() => {
  const all = new Map<string, Band>();
  let first = FIRST_TRAFFIC;
  for (const host of [true, false]) {
    for (const [headers, widths] of [...WIDTHS.entries()].toReversed()) {
      for (const [depth, width] of [...widths.entries()].toReversed()) {
        all.set(`${host}/${headers}/${depth}`, { first, width });
        first += width;
      }
    }
  }
  return all;
})();

function bandOf(host: boolean, headers: number, depth: number): Band {
  const key = `${host}/${Math.min(headers, MOST_HEADERS)}/${Math.min(depth, MOST_SEGMENTS)}`;
  const band = bands.get(key);
  if (band === undefined) throw new Error(`There are no numbers for rules of the kind ${key}.`);
  return band;
}

/** A rule that is not yet told where it leads. */
export interface Draft {
  readonly api: string;
  readonly id: string;
  readonly priority: number;
  /** What it is about, for an error: `/orders on api.example.com`. */
  readonly about: string;
  readonly conditions: readonly RuleCondition[];
}

/** What may be written beside a rule's content before its number is found; 0 is nothing. */
export type Seed = number | string;

type Routed = Pick<Environment, 'apis'> & Partial<Pick<Environment, 'name' | 'listener'>>;

/** A listener that exists may have rules of other environments, for APIs of the same names. */
export const seedOf = ({ name, listener }: Omit<Routed, 'apis'>, seed: number): Seed =>
  listener ? `${name} ${seed}` : seed;

/** The rules of an API without where they lead. */
export function draftsOf(name: string, api: AnyApi, seed: Seed): Draft[] {
  const headers = Object.entries(api.headers).map(([header, value]): RuleCondition => {
    return { kind: 'header', name: header.toLowerCase(), values: [value] };
  });
  const hosts = api.hosts.length > 0 ? api.hosts : [undefined];
  return api.paths.flatMap((path) => {
    const values = path === '/' ? ['/*'] : [path, `${path}/*`];
    return hosts.flatMap((host) => {
      const room = MOST_VALUES - headers.length - (host === undefined ? 0 : 1);
      const parts = values.length <= room ? [values] : values.map((value) => [value]);
      const band = bandOf(host !== undefined, headers.length, depthOf(path));
      return parts.map((some): Draft => {
        const content = `${host ?? ''}${some.join(' ')}`;
        return {
          api: name,
          // The digits are eight always: no other API's rule can have this id.
          id: `traffic-${name}-${hashDigits(content, 8)}`,
          priority: band.first + hashNumber(numbered(`${name} ${content}`, seed), band.width),
          about: host === undefined ? path : `${path} on ${host}`,
          conditions: [
            ...(host === undefined ? [] : [{ kind: 'host' as const, values: [host] }]),
            ...headers,
            { kind: 'path', values: some },
          ],
        };
      });
    });
  });
}

const numbered = (key: string, seed: Seed): string => (seed === 0 ? key : `${key} ${seed}`);

export const draftRules = (environment: Routed): Draft[] =>
  Object.entries(environment.apis).flatMap(([name, api]) =>
    draftsOf(name, api, seedOf(environment, api.listenerSeed)),
  );

/** How many rules a load balancer has at stage `load-balanced` for anything but an API: the gateways' two. */
export const GATEWAY_RULES = 2;

/**
 * At stage `gateway` all requests go to the gateways, by one rule before all others, however many APIs there are. The
 * rules of the APIs are those of stage `load-balanced` alone.
 *
 * The one rule stands at both stages, and is changed in place: no client can meet it until there are gateways. An engine
 * changes what stays in the order that it is told, and so a stage changes without a wrong answer. Terraform would not wait
 * for the rules that come before it takes away one that goes, nor for one that goes before it takes a service out of its
 * target group.
 */
function gatewayRule(stage: Environment['stage']): TrafficRule {
  const open = stage === 'gateway';
  return {
    id: `traffic-${ids.gateway}`,
    priority: GATEWAY_TRAFFIC,
    conditions: [open ? { kind: 'path', values: ['/*'] } : { kind: 'source-ip', values: [NOWHERE] }],
    forward: open ? [{ targetGroup: ids.gateway, weight: 100 }] : [],
  };
}

/**
 * By priority: that of the gateways and, before there are any, one or more for each API. A listener that exists may have
 * others behind it: there each API has its own always.
 */
export function trafficRules(environment: Environment): TrafficRule[] {
  const { stage, listener } = environment;
  if (stage === 'gateway' && !listener) return [gatewayRule(stage)];
  const rules = draftRules(environment).map(({ id, priority, conditions, api }) => {
    const targetGroup = stage === 'gateway' ? ids.gateway : api;
    return { id, priority, conditions, forward: [{ targetGroup, weight: 100 }], api };
  });
  return [...(listener ? [] : [gatewayRule(stage)]), ...rules.toSorted((a, b) => a.priority - b.priority)];
}

/** Number of the attach rule of an API's target group. The last is taken; whose hash is that has the one before. */
export const attachPriority = (api: string, seed: Seed): number =>
  FIRST_ATTACH + Math.min(hashNumber(numbered(api, seed), ATTACH_NUMBERS), ATTACH_NUMBERS - 2);

/**
 * One rule for each target group: it puts the group behind the load balancer before any traffic comes, for ECS refuses a
 * service whose group is behind none. No client can meet both of its conditions; an operator can, from the addresses in
 * `operatorCidrs`, to try a group before its clients do.
 */
export function attachRules(
  environment: Routed & Pick<Environment, 'operatorCidrs'>,
  targetGroups: readonly string[],
): (ListenerRule & { targetGroup: string })[] {
  const { apis, operatorCidrs, name, listener } = environment;
  return targetGroups.map((targetGroup) => ({
    id: `attach-${targetGroup}`,
    priority:
      targetGroup === ids.gateway && !listener
        ? GATEWAY_ATTACH
        : attachPriority(targetGroup, seedOf(environment, apis[targetGroup]?.listenerSeed ?? 0)),
    conditions: [
      { kind: 'header', name: TARGET_HEADER, values: [listener ? `${name}-${targetGroup}` : targetGroup] },
      { kind: 'source-ip', values: operatorCidrs.length > 0 ? operatorCidrs : [NOWHERE] },
    ],
    forward: [{ targetGroup, weight: 100 }],
    targetGroup,
  }));
}
