/** The numbers of the listener's rules, and who may go past them. */
import { formatBlock, networkOf, parseBlock } from '../cidr';
import { MOST_SEED } from '../fields';
import { attachPriority, draftsOf, type Seed, seedOf } from '../resolving/listener-rules';
import type { AnyApi, Environment } from '../schema';
import { type Finding, hasRulesOfApis, list, type Rule } from './rule';

/** Blocks that hold more addresses than this are no operator's. */
const SHORTEST_PREFIX = 8;

interface Numbered {
  readonly api: string;
  readonly priority: number;
  readonly about: string;
}

const numbersOf = (name: string, api: AnyApi, seed: Seed): Numbered[] => [
  { api: name, priority: attachPriority(name, seed), about: 'its target group' },
  ...draftsOf(name, api, seed),
];

/** The first seed with which an API's rules have numbers of their own; undefined for an API with too many of a kind. */
function freeSeed(
  name: string,
  api: AnyApi,
  environment: Environment,
  taken: ReadonlySet<number>,
): number | undefined {
  for (let seed = 1; seed <= MOST_SEED; seed++) {
    const priorities = numbersOf(name, api, seedOf(environment, seed)).map(({ priority }) => priority);
    const own = new Set(priorities);
    if (own.size === priorities.length && priorities.every((one) => !taken.has(one))) return seed;
  }
  return undefined;
}

/** Of two rules of the same number the later in the file is told: who adds an API mostly adds it at the end. */
export const listenerNumbers: Rule = function* (environment) {
  if (!hasRulesOfApis(environment)) return;
  const entries = Object.entries(environment.apis);
  const all = entries.flatMap(([name, api]) => numbersOf(name, api, seedOf(environment, api.listenerSeed)));
  const first = new Map<number, Numbered>();
  const told = new Set<string>();
  for (const one of all) {
    const other = first.get(one.priority);
    if (other === undefined) first.set(one.priority, one);
    // A path that is listed twice is another rule's finding.
    else if (!told.has(one.api) && !(one.api === other.api && one.about === other.about)) {
      told.add(one.api);
      yield numberTwice(one, other, environment, all);
    }
  }
};

const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

function numberTwice(
  one: Numbered,
  other: Numbered,
  environment: Environment,
  all: readonly Numbered[],
): Finding {
  const way = (name: string): string => {
    const others = all.filter(({ api }) => api !== name).map(({ priority }) => priority);
    const seed = freeSeed(name, environment.apis[name] as AnyApi, environment, new Set(others));
    return seed === undefined
      ? `use fewer paths for \`${name}\``
      : `add \`listenerSeed: ${seed}\` to \`${name}\``;
  };
  return {
    code: 'LISTENER_NUMBER_TWICE',
    path: ['apis', one.api],
    where: 'key',
    message:
      one.api === other.api
        ? `The rules of \`${one.api}\` for ${other.about} and for ${one.about} fall on the same number of the listener, ${one.priority}.`
        : `The rules of \`${other.api}\` for ${other.about} and of \`${one.api}\` for ${one.about} fall on the same number of the listener, ${one.priority}.`,
    fix:
      one.api === other.api
        ? `${sentence(way(one.api))}.`
        : `${sentence(way(one.api))}; or, if \`${one.api}\` is deployed already, ${way(other.api)}.`,
  };
}

export const operatorBlocks: Rule = function* ({ operatorCidrs }) {
  for (const [index, cidr] of operatorCidrs.entries()) {
    const block = parseBlock(cidr);
    const own = block && formatBlock(networkOf(block));
    if (block && block.bits >= SHORTEST_PREFIX && own === cidr) continue;
    yield {
      code: 'OPERATOR_CIDR',
      path: ['operatorCidrs', index],
      message:
        block === undefined
          ? 'This is no block of IPv4 addresses.'
          : own === cidr
            ? 'The block is too large: whoever is in it goes past the gateways.'
            : `${cidr} is an address inside of a block, not the block's own.`,
      given: cidr,
      allowed: `a block such as ${list(['198.51.100.0/24'])}, of /${SHORTEST_PREFIX} or longer`,
      fix:
        own !== undefined && own !== cidr
          ? `Write \`${own}\`.`
          : 'Name the addresses that operators come from.',
    };
  }
};
