/**
 * The listener's rules: which request goes to which API.
 *
 * The gateways decide in the same order: a host before none, more headers before fewer, the longer path first.
 */
import type { ListenerRule, RuleCondition } from '../blueprint';
import { hashNumber, ids } from '../names';
import type { Api, Environment } from '../schema';

/** Quotas of an Application Load Balancer. */
export const MOST_RULES = 100;
export const MOST_VALUES = 5;
export const MOST_WILDCARDS = 5;
/** So that a rule has room for a host and a path beside them. */
export const MOST_HEADERS = 3;
export const MOST_SEGMENTS = 8;

/** Rules that can be equally specific; more than there can be rules, so that a hash finds its own place. */
const SLOTS = 555;
/** Attach rules come first: the operator's header reaches a target group on a path that an API claims, too. */
const FIRST_ATTACH = 1;
const ATTACH_SLOTS = 9_000;
const FIRST_TRAFFIC = 10_001;
/** Tells the load balancer to which target group, whatever the path. */
export const TARGET_HEADER = 'x-stagecraft-target';

/** Number of segments: 0 for `/`, 2 for `/v2/orders`. */
export const depthOf = (path: string): number => (path === '/' ? 0 : path.split('/').length - 1);

const chunks = <Value>(values: readonly Value[], most: number): Value[][] =>
  Array.from({ length: Math.ceil(values.length / most) }, (_, index) =>
    values.slice(index * most, (index + 1) * most),
  );

/** Hosts and path values of each rule: as few rules as the quota of values allows. */
function split(hosts: readonly string[], paths: readonly string[], room: number): [string[], string[]][] {
  if (hosts.length === 0) return chunks(paths, room).map((some) => [[], some]);
  const ways = Array.from({ length: room - 1 }, (_, index) => index + 1).map((perRule) =>
    chunks(hosts, perRule).flatMap((some) =>
      chunks(paths, room - perRule).map((values): [string[], string[]] => [some, values]),
    ),
  );
  return ways.reduce((best, way) => (way.length < best.length ? way : best));
}

export interface Draft {
  readonly api: string;
  readonly id: string;
  /** What its place among the equally specific is found by. */
  readonly key: string;
  readonly band: number;
  readonly conditions: readonly RuleCondition[];
}

/** The more specific, the lower. */
function bandOf(api: Api, depth: number): number {
  const headers = Math.min(Object.keys(api.headers).length, MOST_HEADERS);
  const host = api.hosts.length > 0 ? 0 : 1;
  const fewer = host * (MOST_HEADERS + 1) + (MOST_HEADERS - headers);
  return fewer * (MOST_SEGMENTS + 1) + (MOST_SEGMENTS - Math.min(depth, MOST_SEGMENTS));
}

function drafts(name: string, api: Api): Draft[] {
  const headers = Object.entries(api.headers).map(([header, value]): RuleCondition => {
    return { kind: 'header', name: header.toLowerCase(), values: [value] };
  });
  const depths = [...new Set(api.paths.map(depthOf))].toSorted((a, b) => b - a);
  return depths.flatMap((depth) => {
    const paths = api.paths.filter((path) => depthOf(path) === depth);
    const values = paths.flatMap((path) => (path === '/' ? ['/*'] : [path, `${path}/*`]));
    const room = Math.max(MOST_VALUES - headers.length, 2);
    return split(api.hosts, values, room).map(([hosts, some], index): Draft => {
      const nth = index === 0 ? `${depth}` : `${depth}-${index + 1}`;
      const host: RuleCondition[] = hosts.length > 0 ? [{ kind: 'host', values: hosts }] : [];
      return {
        api: name,
        // A name cannot begin with a digit: no other API's rule can have this id.
        id: `traffic-${nth}-${name}`,
        key: `${name}/${nth}`,
        band: bandOf(api, depth),
        conditions: [...host, ...headers, { kind: 'path', values: some }],
      };
    });
  });
}

/** A number of its own for each key: where its hash points to, or the next that is free. */
function place(keys: readonly string[], slots: number): ReadonlyMap<string, number> {
  if (keys.length > slots) throw new Error(`${keys.length} rules have no room in ${slots} places`);
  const taken = new Map<number, string>();
  for (const key of keys) {
    let slot = hashNumber(key, slots);
    while (taken.has(slot)) slot = (slot + 1) % slots;
    taken.set(slot, key);
  }
  return new Map([...taken].map(([slot, key]) => [key, slot]));
}

/** The rules without their numbers. */
export const draftRules = ({ apis }: Pick<Environment, 'apis'>): Draft[] =>
  Object.entries(apis).flatMap(([name, api]) => drafts(name, api));

/** One or more rules for each API, by priority. A rule's number does not depend on the other APIs. */
export function trafficRules(environment: Environment): (ListenerRule & { api: string })[] {
  const all = draftRules(environment);
  const bands = [...new Set(all.map((draft) => draft.band))].toSorted((a, b) => a - b);
  return bands.flatMap((band) => {
    const some = all.filter((draft) => draft.band === band);
    const slots = place(some.map((draft) => draft.key).toSorted(), SLOTS);
    const rules = some.map(({ id, key, conditions, api }) => {
      const targetGroup = environment.stage === 'gateway' ? ids.gateway : api;
      const priority = FIRST_TRAFFIC + band * SLOTS + (slots.get(key) ?? 0);
      return { id, priority, conditions, forward: [{ targetGroup, weight: 100 }], api };
    });
    return rules.toSorted((a, b) => a.priority - b.priority);
  });
}

/** One rule for each target group: it puts the group behind the load balancer before any traffic comes. */
export function attachRules(targetGroups: readonly string[]): (ListenerRule & { targetGroup: string })[] {
  const slots = place(targetGroups.filter((id) => id !== ids.gateway).toSorted(), ATTACH_SLOTS);
  return targetGroups.map((targetGroup) => {
    const slot = slots.get(targetGroup);
    return {
      id: `attach-${targetGroup}`,
      priority: slot === undefined ? FIRST_ATTACH : FIRST_ATTACH + 1 + slot,
      conditions: [{ kind: 'header', name: TARGET_HEADER, values: [targetGroup] }],
      forward: [{ targetGroup, weight: 100 }],
      targetGroup,
    };
  });
}
